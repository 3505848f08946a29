import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readGolden } from '../testing/goldens';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { trajectoryExperiment } from './experiment';
import { rankCorrelation } from './proximity';

const numbers = z.array(z.number());
const grid = z.array(numbers);
const trajectories = z.object({
  clean: numbers,
  answer: z.number(),
  points: z.array(z.string()),
  norm: grid,
  stepLength: grid,
  pathLength: numbers,
  displacement: numbers,
  turnAngle: grid,
  cosineToFinal: grid,
  rankCorrelation: grid,
  plane: z.object({ variance: numbers, coordinates: z.array(grid) }),
  sources: z.array(grid),
});

const study = (one: object, more: object = {}) => ({
  version: 1,
  kind: 'trajectory',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'p',
  cases: [{ prompt: 'a', ...one }],
  ...more,
});
const simple = { tokens: [3, 14, 15, 9, 26], answer: { id: 5 } };

/** [point][position] -> our [position, point]. */
const transposed = (theirs: readonly (readonly number[])[]) =>
  theirs[0]!.flatMap((_, t) => theirs.map((row) => row[t]!));
const worst = (ours: readonly (number | null)[], theirs: readonly number[]) => {
  expect(ours.length).toBe(theirs.length);
  return Math.max(
    ...ours.map((value, i) => Math.abs(value! - theirs[i]!) / Math.max(1, Math.abs(theirs[i]!))),
  );
};

describe('residual trajectory', () => {
  it.each(['tiny-a', 'tiny-llama'])('of %s is that of a plain float64 pass, within 2e-6', async (name) => {
    const theirs = await readGolden(name, 'trajectories', trajectories);
    const golden = await openGolden(name);
    const one = { tokens: theirs.clean, answer: { id: theirs.answer } };
    const document = await runStudy(trajectoryExperiment, study(one), golden);
    const values = (figure: string) => figureOf(document, figure).values;
    expect(figureOf(document, 'norm').axes[1]!.labels).toEqual(theirs.points);
    const pairs: [string, readonly number[]][] = [
      ['norm', transposed(theirs.norm)],
      ['step_length', transposed(theirs.stepLength)],
      ['turn', transposed(theirs.turnAngle)],
      ['cosine', transposed(theirs.cosineToFinal)],
      ['correlation', transposed(theirs.rankCorrelation)],
      ['extent', theirs.pathLength.flatMap((length, t) => [length, theirs.displacement[t]!])],
      ['sources', theirs.sources.flat(2)],
      ['plane', theirs.clean.flatMap((_, t) => theirs.plane.coordinates.map((point) => point[t]!)).flat()],
    ];
    for (const [figure, want] of pairs) expect(worst(values(figure), want), figure).toBeLessThan(2e-6);
  });

  it.each([
    'tiny-a',
    'tiny-gemma2',
    'tiny-gpt_neox',
    'tiny-granite',
    'tiny-smollm3',
    'tiny-mistral',
    'tiny-olmo2',
    'tiny-phi',
    'tiny-qwen3',
  ])('of %s: steps sum to the path, sources and biases to the attention output', async (name) => {
    const document = await runStudy(trajectoryExperiment, study(simple), await openGolden(name));
    for (const gap of figureOf(document, 'differences').values) expect(gap).toBeLessThan(2e-6);
    const { values, axes } = figureOf(document, 'shares');
    const n = axes[1]!.labels.length;
    for (const l of axes[0]!.labels.keys()) {
      const sum = values.slice(l * n, (l + 1) * n).reduce<number>((total, share) => total + share!, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it('does not move where nothing is written', async () => {
    const golden = await openGolden('tiny-llama');
    const silent = [...golden.weights].map(([name, values]): [string, Float32Array] => [
      name,
      /W_O|W_out|b_O|b_out/.test(name) ? values.map(() => 0) : values,
    ]);
    const still = { ...golden, weights: new Map(silent) };
    const document = await runStudy(trajectoryExperiment, study(simple), still);
    const values = (figure: string) => figureOf(document, figure).values;
    expect(new Set(values('step_length'))).toEqual(new Set([0]));
    expect(new Set(values('extent'))).toEqual(new Set([0]));
    expect(new Set(values('turn'))).toEqual(new Set([null]));
    for (const cosine of values('cosine')) expect(cosine).toBeCloseTo(1, 12);
  });

  it('averages over prompts by the tokens’ roles', async () => {
    const cases = [
      { prompt: 'a', ...simple, subject: { begin: 1, end: 3 } },
      { prompt: 'b', ...simple, tokens: [3, 1, 2], subject: { begin: 1, end: 2 } },
    ];
    const document = await runStudy(trajectoryExperiment, study({}, { cases }), await openGolden('tiny-a'));
    expect(figureOf(document, 'norm').axes[0]!.name).toBe('token role');
    expect(document.figures.some(({ name }) => name === 'plane')).toBe(false);
    expect(document.finding).toContain('means over 2 prompts');
  });

  it('knows rank correlations: the same order, the reverse, ties', () => {
    expect(rankCorrelation([1, 2, 3], [10, 20, 90])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(rankCorrelation([1, 1, 2], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 12);
    expect(rankCorrelation([1, 1], [1, 2])).toBeNull();
  });

  it('refuses models whose steps do not add up', async () => {
    const { spec } = await openGolden('tiny-bert');
    expect(() => trajectoryExperiment.parseSpec(study(simple), spec)).toThrow(
      'trajectory: model: wrong value, got bert (norms: post, head: mlm), expected a decoder without norms on its residual stream',
    );
    expect(() => trajectoryExperiment.parseSpec(study(simple, { positions: [7] }))).toThrow('got position 7');
  });
});
