import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentToCsv } from '../../../results/csv';
import { edgeKey } from '../../../results/graph';
import { parseDocument } from '../../../results/parse';
import { printDocument } from '../../../results/print';
import { keptOf, openGraphs } from '../../testing/graphs';
import { figureOf, openGolden } from '../../testing/study';
import { parseGraph } from '../spec';

interface Task {
  readonly set: string;
  readonly edges: { readonly corrupted: readonly string[] };
}

const truth = JSON.parse(readFileSync('public/models/planted/truth.json', 'utf8')) as Task & {
  readonly composed: Readonly<Record<string, readonly string[]>>;
  readonly tasks: Readonly<Record<string, Task>>;
};
const tasks: readonly Task[] = [truth, ...Object.values(truth.tasks)];

const { find, resolve } = await openGraphs('planted');

const METHODS = {
  EAP: { method: 'eap' },
  'EAP-IG of inputs': { method: 'eap-ig' },
  'EAP-IG of activations': { method: 'eap-ig', along: 'activations' },
  'EAP-IG per sender': { method: 'eap-ig', along: 'activations', passes: 'per-sender' },
} as const;

/**
 * What EAP passes by: attention finds its key with a margin of 30 or more, so the softmax is
 * saturated and no gradient reaches what made the query or the key. EAP-IG passes through the
 * margin.
 */
const MISSED: Readonly<Record<string, readonly string[]>> = {
  'planted-chain': ['a0.h0->a2.h0<k>', 'a1.h1->a2.h0<q>', 'input->a0.h0<v>', 'input->m0', 'm0->a1.h1<v>'],
  'planted-recall': [],
  'planted-induction': ['a0.h0->a2.h0<k>', 'input->a0.h0<v>', 'input->a2.h0<q>'],
};

describe.each(tasks.map((task) => [task.set, task] as const))('%s', (name, { edges: { corrupted } }) => {
  it.each(Object.entries(METHODS))('%s: what it finds, and no decoy', async (method, fields) => {
    const document = await find({ set: { name, take: 4, seed: 1 }, measured: 0, ...fields });
    const missed = method === 'EAP' ? MISSED[name]! : [];
    const found = new Set(corrupted.filter((edge) => !missed.includes(edge)));
    expect(keptOf(document)).toEqual(found);
    for (const edge of document.graph!.edges) {
      const size = Math.abs(edge.score!);
      const key = edgeKey(edge);
      if (!(key in truth.composed)) expect(size, key).toBe(0);
      expect(size > 1e-4 || size < 1e-7, `${key}: ${size}`).toBe(true);
    }
    expect(document.graph!.edges).toHaveLength(262);
  });
});

it.each([
  ['EAP', []],
  // Half-way to the twin the first head is not sure, and the second begins to speak.
  ['EAP-IG of inputs', ['m0->a2.h0<v>']],
  ['EAP-IG of activations', ['m0->a2.h0<v>']],
] as const)('backup, %s: the head that speaks, and what of the silent one', async (method, more) => {
  const backup = await openGraphs('backup');
  const set = { name: 'planted-recall', take: 4, seed: 1 };
  const document = await backup.find({ set, measured: 0, ...METHODS[method] });
  expect(keptOf(document)).toEqual(new Set(['input->m0', 'm0->a1.h0<v>', 'a1.h0->logits', ...more]));
});

describe("an estimated graph's document", () => {
  it('marks every score as an estimate, and is tested as any other', async () => {
    const set = { name: 'planted-chain', take: 6, seed: 1 };
    const tests = { curve: true, random: 2, samples: 2, resamples: 20, interactions: 2, heldOut: 2 };
    const document = await find({ set, method: 'eap-ig', measured: 9, neurons: ['m0'], ...tests });
    expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
    const { edges, truth: tested, method } = document.graph!;
    expect(method).toBe('eap-ig');
    for (const edge of edges) expect(edge.measured === false, edge.from).toBe(!edge.from.includes('.n'));
    expect(tested!.faithfulness.value).toBeCloseTo(1, 9);
    expect(tested!.heldOut!.value).toBeCloseTo(1, 9);
    expect(tested!.random!.value).toBeCloseTo(0, 9);
    // 5 % of the edges hold the seven that estimates rank first.
    expect(tested!.curve!.find(({ share }) => share === 0.05)!.faithfulness).toBeCloseTo(1, 9);
    expect(tested!.cpr).toBeGreaterThan(0.9);
    expect(tested!.cmd).toBeLessThan(0.1);
    expect(tested!.stability![0]!.jaccard.value).toBe(1);
    expect(document.finding).toMatch(
      /^7 of 262 edges \(3.%\) carry 100.% .*; by the estimate the strongest is /,
    );
    expect(document.notes).toContain(
      "Scores are estimates to first order, not measured: EAP-IG, by the mean gradient of 5 runs whose embeddings lie between the twin's and the prompt's.",
    );
    expect(figureOf(document, 'strongest edges').title).toBe('edges of the graph, by estimate');
    expect(printDocument(document)).toMatch(/\n {2}input -> m0 +2\.56 .*estimate\n/);
    const csv = documentToCsv(document).trimEnd().split('\r\n').slice(1);
    expect(csv.filter((line) => line.endsWith(',estimate'))).toHaveLength(262);
    expect(csv.filter((line) => line.endsWith(',measured'))).toHaveLength(edges.length - 262);
  });

  it('has the strongest estimates beside what cutting those edges does', async () => {
    const set = { name: 'planted-chain', take: 4, seed: 1 };
    const [estimated, exact] = await Promise.all([
      find({ set, method: 'eap', measured: 4 }),
      find({ set, method: 'exhaustive' }),
    ]);
    const { axes, values } = figureOf(estimated, 'agreement of edges');
    const labels = axes[0]!.labels;
    expect(labels).toHaveLength(4);
    expect(labels.slice(0, 2)).toEqual(['a2.h0->logits', 'input->a2.h0<v>']);
    const score = (document: typeof exact, name: string) =>
      document.graph!.edges.find((edge) => edgeKey(edge) === name)!.score!;
    for (const [k, name] of labels.entries()) {
      expect(values[2 * k]).toBe(score(estimated, name));
      expect(values[2 * k + 1]).toBe(score(exact, name));
    }
    // The third estimate is next to nothing; cut, that edge costs half of the answer.
    expect(values[4]).toBeLessThan(1e-9);
    expect(values[5]).toBeCloseTo(0.5, 9);
    const table = figureOf(estimated, 'agreement');
    expect(table.axes[0]!.labels).toEqual(['the strongest estimates']);
  });

  it('of all edges is judged on held-out prompts, beside trivial rankings', async () => {
    const set = { name: 'planted-recall', take: 4, seed: 1 };
    const some = await find({ set, method: 'eap', measured: 5, heldOut: 1 });
    const apart = 'the strongest estimates, on 1 held-out prompt';
    expect(figureOf(some, 'agreement').axes[0]!.labels).toEqual(['the strongest estimates', apart]);
    expect(some.figures.some(({ name }) => name === 'rankings')).toBe(false);
    const all = await find({ set, method: 'eap', measured: 262, heldOut: 1 });
    expect(figureOf(all, 'agreement').axes[0]!.labels).toEqual(['all', 'all, on 1 held-out prompt']);
    const { axes, values } = figureOf(all, 'rankings');
    expect(axes[0]!.labels).toEqual(
      ['estimate', 'difference alone', 'gradient alone', 'random order'].map(
        (by) => `edges, on 1 held-out prompt: ${by}`,
      ),
    );
    const [estimate, difference, gradient, random] = [0, 3, 6, 9].map((first) =>
      values.slice(first, first + 3),
    );
    // Three edges matter: the estimate ranks them first, and all others by nothing.
    expect(estimate!.slice(1)).toEqual([1, 3]);
    expect(estimate![0]).toBeGreaterThan(0.99);
    expect(Math.max(difference![0]!, gradient![0]!)).toBeLessThan(0.6);
    // Senders that the twin leaves alone are not among the ranked.
    expect(random![0]).toBe(0);
    expect(random![1]).toBeGreaterThan(20 / 262);
    expect(random![1]).toBeLessThan(0.5);
  });

  it('of a twin that changes nothing estimates nothing', async () => {
    const same = { prompt: 'Ana visits', corrupted: 'Ana visits', answer: ' owl', distractor: ' fox' };
    const { finding } = await find({ cases: [same], method: 'eap' });
    expect(finding).toBe('No edge was measured: every prompt was left out.');
  });
});

describe('the edges kept', () => {
  const set = { name: 'planted-chain', take: 4, seed: 1 };
  const keep = async (fields: object) => [
    ...keptOf(await find({ set, method: 'eap-ig', measured: 0, ...fields })),
  ];

  it('are so many of the strongest', async () => {
    expect(await keep({ size: 2 })).toEqual(['input->m0', 'm0->a1.h1<v>']);
  });

  it('are so many of those that lead on to the answer', async () => {
    expect(await keep({ size: 2, select: 'greedy' })).toEqual(['a1.h1->a2.h0<q>', 'a2.h0->logits']);
    expect(await keep({ size: 4, select: 'greedy' })).toEqual([
      'input->m0',
      'm0->a1.h1<v>',
      'a1.h1->a2.h0<q>',
      'a2.h0->logits',
    ]);
  });

  it('are all of more than the threshold, in logits', async () => {
    // The difference between prompt and twin is 60 logits.
    expect(await keep({ select: 'threshold', threshold: 1.5 * 60 })).toEqual(['input->m0']);
    expect(await keep({ select: 'threshold' })).toHaveLength(7);
  });
});

it.each<[object, string]>([
  [
    { method: 'eap-ig', ablation: 'zero' },
    "graph: ablation: wrong value, got zero, expected 'corrupted' with method 'eap-ig', which reads the twin's run.",
  ],
  [
    { method: 'eap', direction: 'denoise', ablation: 'mean' },
    "graph: ablation: wrong value, got mean, expected 'corrupted' with direction 'denoise', which reads the twin's run.",
  ],
  [
    { method: 'eap', jitter: 0.1 },
    "graph: jitter: wrong value, got 0.1, expected 0 with method 'eap', which cuts nothing.",
  ],
  [
    { method: 'eap-ig', betas: [0.1, 0.2] },
    "graph: betas: wrong value, got 0.1, 0.2, expected none with method 'eap-ig': what is left of cut edges lowers all estimates alike.",
  ],
])('refuses %j', async (fields, sentence) => {
  await expect(resolve({ set: { name: 'planted-recall', take: 1 }, ...fields })).rejects.toThrow(sentence);
});

it.each(['tiny-bert', 'tiny-gemma2', 'tiny-olmo2'])(
  'refuses %s, whose norms come after its parts',
  async (name) => {
    const { spec: model } = await openGolden(name);
    const one = { prompt: 'a', tokens: [1, 2], corrupted: { prompt: 'b', tokens: [1, 3] } };
    const cases = [{ ...one, answer: { id: 5 }, distractor: { id: 7 } }];
    const spec = { version: 1, kind: 'graph', model: { id: 'a', revision: 'local' }, bos: false, cases };
    expect(() => parseGraph({ ...spec, metric: 'logit-diff', method: 'eap' }, model)).toThrow(
      /^graph: edges need a residual stream that only adds and is read out to logits, got norms of placement/,
    );
  },
);
