/** Exact searches of the edges that an estimate ranks first. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createReferenceForward } from '../../../forward/reference/forward';
import type { RunForward } from '../../../forward/request/contract';
import { edgeKey } from '../../../results/graph';
import { parseDocument } from '../../../results/parse';
import { keptOf, openGraphs } from '../../testing/graphs';
import { openGolden, runStudy } from '../../testing/study';
import { graphExperiment } from '../experiment';

const truth = JSON.parse(readFileSync('public/models/planted/truth.json', 'utf8')) as {
  readonly set: string;
  readonly edges: { readonly corrupted: readonly string[] };
};
const { find, resolve } = await openGraphs('planted');
const planted = await openGolden('planted');
const set = { name: truth.set, take: 2, seed: 1 };

/** The reference, and how many runs it was asked for. */
function counting() {
  const reference = createReferenceForward(planted.spec, (name) => planted.weights.get(name)!);
  const asked = { runs: 0 };
  const forward: RunForward = (request) => {
    asked.runs += request.runs.length;
    return reference(request);
  };
  return { asked, forward };
}

const METHODS = [['path'], ['acdc'], ['exhaustive']] as const;

describe.each(METHODS)('%s', (method) => {
  const more = method === 'acdc' ? { measure: 'logit-diff' } : {};

  it('of as many edges as there are is the exact search', async () => {
    const [exact, all] = await Promise.all([
      find({ set, method, ...more }),
      find({ set, method, ...more, prefilter: 'eap', keep: 262 }),
    ]);
    expect(all.graph).toEqual(exact.graph);
    expect(all.finding).toBe(exact.finding);
  });

  it.each(['eap', 'eap-ig'] as const)(
    'of the 40 first by %s finds the planted edges in fewer runs',
    async (by) => {
      const [whole, few] = [counting(), counting()];
      await find({ set, method, ...more }, whole.forward);
      const document = await find({ set, method, ...more, prefilter: by, keep: 40 }, few.forward);
      expect(keptOf(document)).toEqual(new Set(truth.edges.corrupted));
      process.stdout.write(
        `planted, ${method}: ${whole.asked.runs} runs, of 40 edges by ${by} ${few.asked.runs}\n`,
      );
      expect(few.asked.runs).toBeLessThan(whole.asked.runs);
      expect(document.finding).toMatch(/^7 of 262 edges \(3.%; 40 searched\)/);
      expect(document.notes).toContainEqual(
        expect.stringMatching(
          /^Searched were the 40 of 262 edges with the largest estimates \(EAP(-IG)?\), which have (99.9|100).% of the sum of all sizes. The other 222 were not measured/,
        ),
      );
      expect(document.graph!.edges.length).toBeLessThanOrEqual(40);
      expect(document.graph!.total).toBe(262);
      expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
    },
  );
});

it('measures no edge outside: not those of a search, and each searched one as alone', async () => {
  const [exact, few] = await Promise.all([
    find({ set, method: 'exhaustive' }),
    find({ set, method: 'exhaustive', prefilter: 'eap', keep: 10 }),
  ]);
  const scores = new Map(exact.graph!.edges.map((edge) => [edgeKey(edge), edge.score]));
  expect(few.graph!.edges).toHaveLength(10);
  for (const edge of few.graph!.edges) expect(edge.score).toBe(scores.get(edgeKey(edge)));
});

it.each(['tiny-llama', 'tiny-gpt_neox'])('%s: shared keys, parallel blocks', async (name) => {
  const golden = await openGolden(name);
  const one = {
    prompt: 'a',
    tokens: [3, 14, 15, 9, 26],
    corrupted: { prompt: 'b', tokens: [3, 14, 20, 9, 26] },
  };
  const untested = { curve: false, random: 0, samples: 0, resamples: 0, interactions: 0 };
  const asked = (fields: object) => ({
    version: 1,
    kind: 'graph',
    model: { id: 'golden', revision: 'local' },
    bos: false,
    metric: 'logit-diff',
    positions: 'tokens',
    method: 'exhaustive',
    ablation: 'zero',
    cases: [{ ...one, answer: { id: 5 }, distractor: { id: 7 } }],
    ...untested,
    ...fields,
  });
  const exact = await runStudy(graphExperiment, asked({}), golden);
  const { total } = exact.graph!;
  const all = await runStudy(graphExperiment, asked({ prefilter: 'eap', keep: total }), golden);
  expect(all.graph).toEqual(exact.graph);
  const some = await runStudy(graphExperiment, asked({ prefilter: 'eap', keep: 30 }), golden);
  expect(some.graph!.edges).toHaveLength(30);
});

it.each<[object, string]>([
  [
    { method: 'eap', prefilter: 'eap' },
    "graph: prefilter: wrong value, got 'eap' with method 'eap', expected 'none', or a method that searches: path, acdc or exhaustive.",
  ],
  [
    { method: 'path', prefilter: 'eap-ig', ablation: 'zero' },
    "graph: ablation: wrong value, got zero, expected 'corrupted' with prefilter 'eap-ig', which reads the twin's run.",
  ],
])('refuses %j', async (fields, sentence) => {
  await expect(resolve({ set, ...fields })).rejects.toThrow(sentence);
});
