import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sequenceCount } from '../forward/request/samples';
import type { Option } from './experiment';
import { gpt2Spec } from '../model/testing';
import type { ResolveContext } from './common/prompt';
import { experimentOf, experiments } from './registry';

const optionsOf = experiments.flatMap(({ kind, about }) =>
  (about.options ?? []).map((option): [string, Option] => [`${kind}: ${option.name}`, option]),
);

/** A model whose tokens are words. */
const ids = new Map<string, number>();
const context: ResolveContext = {
  model: { id: 'atlas', revision: 'builtin' },
  spec: gpt2Spec({ nLayers: 6, nHeads: 2, dModel: 8, dMlp: 16, nCtx: 64, dVocab: 9000 }),
  bosDefault: true,
  special: { prefix: [{ id: 0, text: '[BOS]' }], suffix: [] },
  maskToken: null,
  addsSpace: false,
  sigma: { value: 0.5 },
  lens: {
    sha256: 'ab'.repeat(32),
    title: 'a lens',
    dModel: 8,
    layers: [0, 1, 2, 3, 4],
    prompts: 3,
    skipFirst: 16,
  },
  async encode(text) {
    let at = 0;
    return (text.match(/ ?[^ ]+| /g) ?? []).map((word) => {
      if (!ids.has(word)) ids.set(word, ids.size + 1);
      const begin = at;
      at += new TextEncoder().encode(word).length;
      return { id: ids.get(word)!, text: word, bytes: [begin, at] };
    });
  },
  decode: (list) => list.map((id) => [...ids].find(([, other]) => other === id)?.[0] ?? ''),
  readSet: async (name) => readFileSync(`public/sets/${name}.json`, 'utf8'),
  predict: async () => 1,
};

const EDIT = { site: 'hook_embed', op: 'scale', alpha: 2 };
const MASK = { queries: 'answer', keys: [0] };

/** Fields that a question needs besides prompts. */
const OWN: Readonly<Record<string, object>> = {
  'causal-trace': { set: undefined, cases: [{ prompt: 'The capital of France is', subject: 'France' }] },
  ablation: { reference: ['The capital of Chad is', 'The capital of Fiji is'] },
  probe: { classes: ['a', 'b', 'a', 'b'], train: 0.5 },
  selectivity: {
    set: undefined,
    recall: { set: { name: 'planted-recall' } },
    reasoning: { set: { name: 'planted-induction' } },
  },
  severed: { corruption: { noise: '0.1', samples: 2 } },
  'text-order': {
    items: [{ documents: ['France is here.', 'Peru is there.'], question: ' It is', answer: ' here.' }],
  },
};

/** What a choice needs beside it. */
const WITH: Readonly<Record<string, object>> = {
  chosen: { edges: ['input->logits'] },
};

/** A question of this kind over the fewest prompts with twins; omits undefined options. */
async function specWith(kind: string, options: Record<string, unknown>): Promise<unknown> {
  const { about } = experimentOf({ kind });
  const set = { name: 'capitals', take: about.needs?.cases ?? 1 };
  // An intervention needs a change, whichever field is tested.
  const more = kind === 'intervention' ? { edits: [EDIT], masks: [MASK] } : {};
  const question = Object.entries({ kind, set, onMisaligned: 'skip', ...more, ...options, ...OWN[kind] });
  const given = question.filter(([, value]) => value !== undefined);
  return experimentOf({ kind }).resolve(Object.fromEntries(given), context);
}

it('has one experiment per kind', () => {
  const kinds = experiments.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
});

it('every example spec is of an experiment that is registered', () => {
  for (const file of readdirSync('specs').filter((name) => name.endsWith('.json'))) {
    const { kind } = JSON.parse(readFileSync(`specs/${file}`, 'utf8'));
    expect(experimentOf({ kind }).kind).toBe(kind);
  }
});

it('stands in one of the four groups of questions, in at most four words of its own', () => {
  const groups = new Set(experiments.map(({ about }) => about.group));
  expect([...groups].sort()).toEqual(['change', 'part', 'path', 'where']);
  for (const { about } of experiments)
    expect(about.short.split(' ').length, about.title).toBeLessThanOrEqual(4);
  expect(new Set(experiments.map(({ about }) => about.short)).size).toBe(experiments.length);
});

it('stands in the table of docs/experiments.md, in the row of each of its mediators, with its page', () => {
  const lines = readFileSync('docs/experiments.md', 'utf8').split('\n');
  for (const { about } of experiments) {
    for (const mediator of about.mediators) {
      const row = lines.find((line) => line.startsWith(`| ${mediator} |`));
      expect(row, `${about.title}: ${mediator}`).toContain(`(${about.docs})`);
    }
    expect(readFileSync(`docs/${about.docs}`, 'utf8').length).toBeGreaterThan(500);
  }
});

it('all count their runs before they plan them, but those that make few', () => {
  const few = experiments.filter(({ size }) => !size).map(({ kind }) => kind);
  // A few runs per requested block, head or layer, whatever the other fields.
  expect(few.sort()).toEqual([
    'attribution',
    'graph',
    'intervention',
    'logit-lens',
    'probe',
    'selectivity',
    'text-order',
    'trajectory',
  ]);
});

/** `engine/estimate.test.ts` covers traces, whose questions differ. */
const counting = experiments.filter(({ size, kind }) => size && kind !== 'causal-trace');

it.each(counting)('$kind: has about as many runs as it counts', async (experiment) => {
  const spec = (await specWith(experiment.kind, {})) as Record<string, unknown>;
  const prepared = experiment.prepare?.blank(spec, context.spec) ?? null;
  const sequences = sequenceCount(experiment.plan(spec, context.spec, 0, prepared));
  const { runs, tokens } = experiment.size!(spec, context.spec, 0);
  expect(tokens).toBe((spec.cases as { tokens: unknown[] }[])[0]!.tokens.length);
  expect(runs).toBeGreaterThanOrEqual(sequences);
  // A path to the logits needs only the sender's run.
  expect(runs).toBeLessThanOrEqual(2 * sequences);
});

describe('options', () => {
  it.each(optionsOf)('%s: the form begins with what would be filled in', async (name, option) => {
    const kind = name.split(':')[0]!;
    const left = await specWith(kind, { [option.name]: undefined });
    const shown = await specWith(kind, { [option.name]: option.default ?? undefined });
    expect(shown).toEqual(left);
  });

  it.each(optionsOf)('%s: every choice can be asked, and is another question', async (name, option) => {
    const kind = name.split(':')[0]!;
    if (option.kind !== 'choice' && option.kind !== 'multichoice') return;
    const values = option.choices.map(({ value }) => value);
    for (const value of [option.default].flat()) expect(values).toContain(value);
    const as = (value: string) => (option.kind === 'choice' ? value : [value]);
    const specs = await Promise.all(
      values.map((value) => specWith(kind, { [option.name]: as(value), ...WITH[value] })),
    );
    expect(new Set(specs.map((spec) => JSON.stringify(spec))).size).toBe(values.length);
  });

  it("that suit a mediator are fields of the form, for one of the experiment's mediators", () => {
    for (const { about } of experiments) {
      const names = (about.options ?? []).map(({ name }) => name);
      for (const [mediator, values] of Object.entries(about.starts ?? {})) {
        expect(about.mediators).toContain(mediator);
        for (const name of Object.keys(values)) expect(names).toContain(name);
      }
      for (const name of Object.keys(about.byGradient ?? {})) expect(names).toContain(name);
    }
  });
});
