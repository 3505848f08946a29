import { describe, expect, it } from 'vitest';
import { builtinContext } from '../testing/builtin';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { selectivityExperiment } from './experiment';
import { adjusted, differenceOf, permutationP } from './statistics';
import { matchedCircuit, unitName, unitsOf } from './units';
import { RandomState } from '../../util/random';

const golden = await openGolden('planted');
const question = {
  kind: 'selectivity',
  recall: { set: { name: 'planted-recall' } },
  reasoning: { set: { name: 'planted-induction' } },
};
const whole = await selectivityExperiment.resolve(question, await builtinContext('planted'));
// Each prompt once: 6 of recall, 12 of induction.
const isFirst = ({ tokens }: (typeof whole.cases)[number], i: number) =>
  whole.cases.findIndex((other) => other.tokens.join() === tokens.join()) === i;
const spec = { ...whole, cases: whole.cases.filter(isFirst), recallCases: 6, randomCircuits: 10 };
const run = (change: object = {}) => runStudy(selectivityExperiment, { ...spec, ...change }, golden);

describe('two planted circuits', () => {
  it.each(['zero', 'mean', 'resample'] as const)(
    'ablated by %s: each task loses by its own circuit alone',
    async (method) => {
      const document = await run({ method });
      const { values, caption } = figureOf(document, 'circuits');
      const [recallByRecall, reasoningByRecall, recallByReasoning, reasoningByReasoning] = values as number[];
      // As in truth.json: facts in block 0's MLP, read by a1.h1; previous-token and induction head.
      expect(caption).toMatch(
        /^Recall circuit: (a1\.h1, m0|m0, a1\.h1)\. Reasoning circuit: (a0\.h0, a2\.h0|a2\.h0, a0\.h0)\./,
      );
      // Another prompt may share the answer: then resampling removes nothing.
      const most = method === 'resample' ? 0.8 : 0.999;
      expect(Math.min(recallByRecall!, reasoningByReasoning!)).toBeGreaterThan(most);
      expect([reasoningByRecall, recallByReasoning].map((x) => Math.abs(x!) < 1e-9)).toEqual([true, true]);
      // Another prompt may share the answer: then resampling removes nothing.
      const [a, b, c, d] = figureOf(document, 'circuits_accuracy').values as number[];
      expect([a, b, c]).toEqual([1, 0, 0]);
      expect(d).toBeGreaterThan(method === 'resample' ? 0.6 : 0.999);
      // Random circuits lie on both sides of 0.
      const { values: selectivity } = figureOf(document, 'circuit_selectivity') as { values: number[] };
      const random = selectivity.slice(2);
      expect(Math.min(...random)).toBeLessThanOrEqual(0);
      expect(Math.max(...random)).toBeGreaterThanOrEqual(0);
      expect(Math.abs(random.reduce((sum, x) => sum + x, 0) / random.length)).toBeLessThan(0.5);
      // No decoy is selective.
      const idle = figureOf(document, 'heads').values.filter((_, u) => ![0, 5, 8].includes(u)) as number[];
      expect(idle.every((value) => Math.abs(value) < 1e-9)).toBe(true);
    },
  );

  it('ablating nothing loses nothing, exactly', async () => {
    const document = await run({ size: 0, randomCircuits: 1 });
    expect(figureOf(document, 'circuits').values.every((value) => value === 0)).toBe(true);
    expect(document.finding).toContain('(nothing)');
  });
});

describe('its statistics', () => {
  const group = (...values: number[]) => ({ values, clusters: values.map(String) });

  it('the permutation test counts shuffles: 3 against 3 apart can be as far in 2 of 20 ways', () => {
    const p = permutationP(group(1, 2, 3), group(11, 12, 13), 20_000, 1);
    expect(p).toBeCloseTo(0.1, 1.9);
    expect(permutationP(group(5, 5, 5), group(5, 5), 100, 1)).toBe(1);
    // Shuffles subjects as units: twenty cases of two subjects count as two.
    const many = (value: number, cluster: string) => ({
      values: Array(10).fill(value),
      clusters: Array(10).fill(cluster),
    });
    expect(permutationP(many(1, 'a'), many(2, 'b'), 100, 1)).toBe(1);
  });

  it("adjusts as Benjamini and Hochberg's own example has it", () => {
    // Their table of 15 tests (1995): four discoveries at 0.05.
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    const q = adjusted(p);
    expect(q.filter((value) => value <= 0.05)).toHaveLength(4);
    expect(q[3]).toBeCloseTo((0.0095 * 15) / 4, 12);
    expect(adjusted([0.04, 0.01])).toEqual([0.04, 0.02]);
  });

  it('a difference has Welch’s interval (scipy.stats.ttest_ind); of fewer than five subjects it has none', () => {
    const each = (...values: number[]) => ({ values, clusters: values.map((_, i) => `${i}`) });
    const { value, interval } = differenceOf(each(1, 2, 4, 7, 3, 5), each(0, 1, 2, 1, 3));
    expect(value).toBeCloseTo(2.266666666666667, 12);
    expect(interval![0]).toBeCloseTo(-0.09244510818828555, 8);
    expect(interval![1]).toBeCloseTo(4.625778441521619, 8);
    expect(differenceOf(each(1, 2, 3, 4), each(0, 1, 2, 1, 3)).interval).toBeNull();
  });

  it('random circuits have as many parts in the same layers, none of the circuit while there are others', () => {
    const units = unitsOf(golden.spec);
    const circuit = [0, 5, units.length - 3];
    const random = new RandomState(3);
    for (let k = 0; k < 20; k++) {
      const drawn = matchedCircuit(units, circuit, random);
      const layers = (list: readonly number[]) => list.map((u) => units[u]!.layer).sort();
      expect(layers(drawn)).toEqual(layers(circuit));
      expect(drawn.filter((u) => circuit.includes(u)).map((u) => unitName(units[u]!))).toEqual([]);
      expect(new Set(drawn).size).toBe(drawn.length);
    }
  });
});

it.each<[string, object]>([
  ['selectivity: recallCases: wrong value, got 18, expected less than 18', { recallCases: 18 }],
  ['selectivity: recall: wrong value, got 1 subject, expected at least 2', { recallCases: 1 }],
  ['selectivity: metric: wrong value, got p, expected logit-diff', { metric: 'p' }],
  ["selectivity: size: wrong value, got 99, expected at most 7, half of the model's units.", { size: 99 }],
  [
    'selectivity: method: wrong value, got "noise", expected "zero" or "mean" or "resample"',
    { method: 'noise' },
  ],
  [
    "selectivity: prompt 1 ('Ana visits'): wrong value, got no other prompt of as many tokens in its set, expected one, for method mean.",
    {
      cases: spec.cases.map((one, i) =>
        i === 0 ? { ...one, tokens: [...one.tokens, 1], corrupted: undefined } : one,
      ),
    },
  ],
])('refuses: %s', (sentence, change) => {
  expect(() => selectivityExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
});
