import { describe, expect, it } from 'vitest';
import { createReferenceForward } from '../../forward/reference/forward';
import type { Golden } from '../../forward/testing';
import type { Run } from '../../forward/request/types';
import { builtinContext } from '../testing/builtin';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { bothWaysMasks, contributions } from './contribution';
import { textOrderExperiment } from './experiment';
import { heuristicOf, type PromptNumbers, peakOf } from './items';
import type { TextOrderSpec } from './spec';

/** Documents of 2 and 4 tokens, a question of 3; the last token is the answer's row. */
const layout = {
  permutation: [0, 1],
  documents: [
    [1, 3],
    [3, 7],
  ],
  question: [7, 10],
};
const spec = (more: object = {}) => ({
  version: 1,
  kind: 'text-order',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'p',
  cases: [{ prompt: 'a', tokens: [3, 14, 15, 9, 26, 5, 35, 8, 9, 7], answer: { id: 5 } }],
  items: [{ documents: ['b c', 'd e f g'], gold: [0] }],
  orders: ['given'],
  layouts: [layout],
  bothWays: true,
  ...more,
});
const LENGTHS = [2, 4, 3, 1];
const T = 10;
const NAMES = ['contribution', 'contribution_both_ways'];

const withWeights = (
  golden: Golden,
  names: RegExp,
  change: (values: Float32Array) => Float32Array,
): Golden => ({
  ...golden,
  weights: new Map(
    [...golden.weights].map(([name, values]) => [name, names.test(name) ? change(values) : values]),
  ),
});

describe('information contribution', () => {
  it('of equal attention is proportional to length', () => {
    const pattern = new Float32Array(2 * T * T).fill(1 / T);
    const places = { documents: layout.documents as [number, number][], question: [7, 10] as const };
    const shares = contributions(pattern, { heads: 2, T, row: 9 }, places);
    for (const [i, share] of shares.entries()) expect(share).toBeCloseTo(LENGTHS[i]! / T, 7);
  });

  it.each(['tiny-a', 'tiny-llama'])(
    'of %s without queries is proportional to length, within 1e-7',
    async (name) => {
      const golden = withWeights(await openGolden(name), /[Wb]_Q/, (values) => values.map(() => 0));
      const document = await runStudy(textOrderExperiment, spec(), golden);
      const L = golden.spec.nLayers;
      for (const figure of NAMES)
        for (const [cell, share] of figureOf(document, figure).values.entries())
          expect(Math.abs(share! - LENGTHS[Math.floor(cell / L)]! / T)).toBeLessThan(1e-7);
    },
  );

  it.each(['tiny-a', 'tiny-llama', 'tiny-mistral', 'tiny-gpt_neox'])(
    'of %s sums to the number of layers, within 1e-6',
    async (name) => {
      const golden = await openGolden(name);
      const document = await runStudy(textOrderExperiment, spec(), golden);
      for (const figure of NAMES) {
        const sum = figureOf(document, figure).values.reduce<number>((total, share) => total + share!, 0);
        expect(Math.abs(sum - golden.spec.nLayers)).toBeLessThan(1e-6);
      }
    },
  );
});

it.each([
  ['tiny-a', 't16'],
  ['tiny-llama', 't12'],
])('sums the patterns of transformers on %s, within 1e-6', async (name, text) => {
  const golden = await openGolden(name);
  const { nLayers: L, nHeads: H } = golden.spec;
  const tokens = golden.cases.get(text)!;
  const T = tokens.length;
  const documents = [
    [2, 5],
    [5, 8],
  ];
  const question = [9, T];
  const more = {
    cases: [{ prompt: 'a', tokens, answer: { id: 5 } }],
    layouts: [{ permutation: [0, 1], documents, question }],
  };
  const document = await runStudy(textOrderExperiment, spec(more), golden);
  const { values } = figureOf(document, 'contribution');
  for (let layer = 0; layer < L; layer++) {
    const { data } = await golden.activations.tensor(`${text}/blocks.${layer}.attn.hook_pattern`);
    for (const [part, [begin, end]] of [...documents, question].entries()) {
      const rows = Array.from({ length: H }, (_, h) => data.slice((h * T + T - 1) * T, (h + 1) * T * T));
      const theirs = rows.flatMap((row) => [...row.slice(begin, end)]).reduce((a, b) => a + b, 0) / H;
      expect(Math.abs(values[part * L + layer]! - theirs)).toBeLessThan(1e-6);
    }
  }
});

describe('the mask', () => {
  it.each(['tiny-a', 'tiny-llama'])(
    'of %s: an early token depends on a later one only both ways',
    async (name) => {
      const { spec: model, weights } = await openGolden(name);
      const parsed = textOrderExperiment.parseSpec(spec(), model);
      const site = `blocks.${model.nLayers - 1}.hook_resid_post`;
      const captures = [{ site, rows: [0, 1, 2] }];
      const other = {
        ...parsed,
        cases: [{ ...parsed.cases[0]!, tokens: parsed.cases[0]!.tokens.with(6, 1) }],
      };
      const early = async (one: TextOrderSpec) => {
        const runs = textOrderExperiment.plan(one, model, 0, null).map((run): Run => ({ ...run, captures }));
        const forward = createReferenceForward(model, (slot) => weights.get(slot)!);
        const results = (await forward({ runs, reuse: 'naive' })).runs;
        return (id: string) => [...results[id]!.captures[site]!.data];
      };
      const [given, changed] = [await early(parsed), await early(other)];
      expect(changed('causal')).toEqual(given('causal'));
      const D = model.dModel;
      for (const row of [0, 1, 2]) {
        const at = (values: number[]) => values.slice(row * D, (row + 1) * D);
        expect(at(changed('bothWays'))).not.toEqual(at(given('bothWays')));
      }
    },
  );

  it('leaves no pair out', () => {
    const masks = bothWaysMasks({ nLayers: 2 } as Parameters<typeof bothWaysMasks>[0], 3);
    expect(masks).toEqual(
      [0, 1].map((layer) => ({ layer, queries: [0, 1, 2], keys: [0, 1, 2], op: 'allow' })),
    );
  });
});

describe('the highest peak', () => {
  const of = (said: number, contribution: number[][]): PromptNumbers => ({
    causal: { metric: 0, p: 0, said, contribution },
  });
  it('is that of the document with most attention over all layers', () => {
    expect(
      peakOf(
        of(5, [
          [0.1, 0.3, 0.6, 0],
          [0.5, 0.25, 0.2, 0.05],
        ]).causal,
      ),
    ).toBeCloseTo(0.6, 12);
  });
  it('chooses among orders of all documents; the first of equal ones', () => {
    const three = textOrderExperiment.parseSpec({
      ...spec({ bothWays: false, orders: ['given', 'backward', 'gold only'] }),
      cases: Array.from({ length: 3 }, () => spec().cases[0]),
      layouts: [
        layout,
        { ...layout, permutation: [1, 0] },
        { permutation: [0], documents: [[1, 3]], question: [7, 10] },
      ],
    });
    const low = [[0.1, 0.2, 0.7, 0]];
    const high = [[0.4, 0.2, 0.4, 0]];
    const gold = of(5, [[0.9, 0.1, 0]]);
    const chosen = (orders: PromptNumbers[]) => heuristicOf(three, { item: 0, orders });
    expect(chosen([of(5, low), of(1, high), gold])).toEqual({ mean: 0.5, atPeak: 0 });
    expect(chosen([of(5, high), of(1, low), gold])).toEqual({ mean: 0.5, atPeak: 1 });
    expect(chosen([of(5, low), of(1, low), gold])).toEqual({ mean: 0.5, atPeak: 1 });
  });
});

const planted = await openGolden('planted');
const context = await builtinContext('planted');
const question = {
  kind: 'text-order',
  items: [
    {
      documents: ['owl Monday', 'fox Tuesday', 'cat Friday'],
      gold: [0],
      separator: ' and ',
      question: ', Ana visits',
      answer: ' Monday',
      distractor: ' Tuesday',
    },
  ],
  bothWays: true,
};

describe('the planted circuit', () => {
  it('answers every order, looks where it was planted to, and does not need the mask', async () => {
    const resolved = await textOrderExperiment.resolve(question, context);
    expect(resolved.layouts[3]).toEqual({
      permutation: [1, 2, 0],
      documents: [
        [1, 3],
        [4, 6],
        [7, 9],
      ],
      question: [9, 12],
    });
    expect(await textOrderExperiment.resolve(resolved, context)).toEqual(resolved);
    const document = await runStudy(textOrderExperiment, resolved, planted);
    expect(new Set(figureOf(document, 'accuracy').values)).toEqual(new Set([1]));
    // Layer 2: induction head and two decoys attend to the day, the idle head to 12 tokens.
    const even = 0.25 / 12;
    const rows = [
      [0, 2 * even, 0.75 + 2 * even],
      [0, 2 * even, 2 * even],
      [0, 2 * even, 2 * even],
    ];
    for (const name of NAMES) {
      const { values } = figureOf(document, name);
      for (let order = 0; order < 6; order++)
        for (const [cell, share] of rows.flat().entries())
          expect(Math.abs(values[order * 15 + cell]! - share)).toBeLessThan(1e-7);
    }
    const levels = figureOf(document, 'metric').values;
    for (const level of levels) expect(Math.abs(level! - 30)).toBeLessThan(1e-6);
  });

  it('gives intervals over items', async () => {
    const item = question.items[0]!;
    const second = {
      ...item,
      documents: ['hen Monday', 'fox Friday', 'bee Tuesday'],
      gold: [1],
      question: ', Bob visits',
      answer: ' Friday',
    };
    const orders = ['forward', 'distance 0', 'gold only', 'remove first'];
    const two = await textOrderExperiment.resolve({ ...question, items: [item, second], orders }, context);
    const document = await runStudy(textOrderExperiment, two, planted);
    const accuracy = figureOf(document, 'accuracy');
    expect(accuracy.values).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
    // Clopper-Pearson for 2 of 2: sqrt(0.025).
    expect(accuracy.intervals![0]![0]).toBeCloseTo(Math.sqrt(0.025), 9);
    const { axes, values } = figureOf(document, 'contribution');
    expect(axes[1]!.labels).toEqual(['gold 1', 'other 1', 'other 2', 'question', 'elsewhere']);
    expect(values.slice(2 * 15 + 3, 2 * 15 + 9)).toEqual([null, null, null, null, null, null]);
    expect(document.finding).toContain('Over 4 orders of 2 items the answer is right in 0.75');
  });

  it.each([
    [
      { items: [{ ...question.items[0], gold: [3] }] },
      'items[0].gold: wrong value, got 3, expected different documents of 0..2',
    ],
    [
      { items: [{ ...question.items[0], gold: undefined }], orders: ['forward'] },
      'items[0].gold: is missing, got nothing',
    ],
    [
      { orders: ['distance 3'], items: [{ ...question.items[0], gold: [0, 1] }] },
      "too few for 'distance 3', got 1 beside the gold ones, expected at least 3",
    ],
    [{ orders: ['sideways'] }, 'orders'],
    [
      { items: [question.items[0], { ...question.items[0], documents: ['owl Monday'] }] },
      'items[1].documents: wrong value, got 1 documents, expected 3',
    ],
    [
      { items: [{ ...question.items[0], separator: '', documents: ['owl Mon', 'day'] }] },
      'a token holds text of two parts',
    ],
    [{ onlyKnown: true }, 'onlyKnown: wrong value, got true, expected false'],
    [{ items: [{ ...question.items[0], documents: [] }] }, 'items[0].documents'],
    [{ items: [] }, 'items'],
  ])('refuses in one sentence: %j', async (change, sentence) => {
    await expect(textOrderExperiment.resolve({ ...question, ...change }, context)).rejects.toThrow(sentence);
  });
});

it('refuses layouts that do not fit, and encoders', async () => {
  const { spec: bert } = await openGolden('tiny-bert');
  const parse = (more: object) => () => textOrderExperiment.parseSpec(spec(more));
  expect(() => textOrderExperiment.parseSpec(spec(), bert)).toThrow(
    'expected a decoder, which sees no later token',
  );
  expect(parse({ layouts: [] })).toThrow('layouts: wrong value, got 0, expected 1, one per item and order');
  expect(parse({ layouts: [{ ...layout, permutation: [0, 0] }] })).toThrow(
    'permutation: wrong value, got 0,0',
  );
  expect(parse({ layouts: [{ ...layout, question: [6, 10] }] })).toThrow(
    'wrong value, got 6,10, expected ranges one after another',
  );
  expect(parse({ orders: ['a', 'a'] })).toThrow('each order once');
});
