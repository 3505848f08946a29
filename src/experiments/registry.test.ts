import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Option } from './experiment';
import { experimentOf, experiments } from './registry';

const optionsOf = experiments.flatMap(({ kind, about }) =>
  (about.options ?? []).map((option): [string, Option] => [`${kind}: ${option.name}`, option]),
);

/** The example spec of a kind, with token ids that no tokenizer has to find. */
function exampleOf(kind: string): Record<string, unknown> {
  const example = JSON.parse(readFileSync(`specs/${kind}.json`, 'utf8'));
  const cases = example.cases.map((one: Record<string, unknown>, i: number) => ({
    ...one,
    tokens: [0, 1, 2, 3],
    subject: { begin: 1, end: 2 },
    answer: { id: 5 },
    distractor: { id: 6 },
    ...(one.corrupted ? { corrupted: { prompt: `${one.corrupted}`, tokens: [0, 1, 4, 3] } } : {}),
    label: `set:${i}`,
  }));
  return { ...example, model: { id: 'atlas', revision: 'builtin' }, bos: true, metric: 'p', cases };
}

it('has one experiment per kind', () => {
  const kinds = experiments.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
});

it('every example spec is of an experiment that is registered', () => {
  for (const file of readdirSync('specs')) {
    const { kind } = JSON.parse(readFileSync(`specs/${file}`, 'utf8'));
    expect(experimentOf({ kind }).kind).toBe(kind);
  }
});

describe('options', () => {
  it.each(optionsOf)('%s: the form begins with what the spec would fill in', (name, option) => {
    const kind = name.split(':')[0]!;
    const { [option.name]: _, ...example } = exampleOf(kind);
    const experiment = experimentOf({ kind });
    expect(experiment.parseSpec(example)[option.name] ?? null).toEqual(option.default);
  });

  it.each(optionsOf)('%s: every choice is one', (name, option) => {
    const kind = name.split(':')[0]!;
    if (option.kind !== 'choice' && option.kind !== 'multichoice') return;
    const known = option.choices.map(({ value }) => value);
    for (const value of [option.default].flat()) expect(known).toContain(value);
    for (const value of known) {
      const one = option.kind === 'choice' ? value : [value];
      const spec = experimentOf({ kind }).parseSpec({ ...exampleOf(kind), [option.name]: one });
      expect(spec[option.name]).toEqual(one);
    }
  });

  it("that suit a mediator are fields of the form, for one of the experiment's mediators", () => {
    for (const { about } of experiments) {
      for (const [mediator, values] of Object.entries(about.starts ?? {})) {
        expect(about.mediators).toContain(mediator);
        const names = (about.options ?? []).map(({ name }) => name);
        for (const name of Object.keys(values)) expect(names).toContain(name);
      }
    }
  });
});
