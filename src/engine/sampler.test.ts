import { describe, expect, it } from 'vitest';
import golden from '../../reference/goldens/experiments/sampling.json';
import { checkSampling, chooseToken, filterLogits, type RandomSampling } from './sampler';
import { softmax } from '../util/distribution';

const LOGITS = [1.5, -0.25, 3, 0.5, 2.25, -1, 3, 0];

/** The ids that a filter keeps. */
const kept = (filter: Omit<RandomSampling, 'seed'>, logits: readonly number[] = LOGITS): number[] =>
  [...filterLogits(logits, filter).entries()].flatMap(([id, x]) => (x > -Infinity ? [id] : []));

describe('filterLogits', () => {
  it('divides by the temperature', () => {
    expect([...filterLogits(LOGITS, { temperature: 0.5 })]).toEqual(LOGITS.map((x) => 2 * x));
  });

  it('keeps the k most likely tokens, and those as likely as the last of them', () => {
    expect(kept({ topK: 1 })).toEqual([2, 6]);
    expect(kept({ topK: 3 })).toEqual([2, 4, 6]);
    expect(kept({ topK: 99 })).toHaveLength(LOGITS.length);
  });

  it('keeps the fewest tokens that together have probability p', () => {
    const logits = [0.5, 0.3, 0.15, 0.05].map(Math.log);
    expect(kept({ topP: 0.79 }, logits)).toEqual([0, 1]);
    expect(kept({ topP: 0.81 }, logits)).toEqual([0, 1, 2]);
    expect(kept({ topP: 0.01 }, logits)).toEqual([0]);
    expect(kept({ topP: 1 }, logits)).toEqual([0, 1, 2, 3]);
  });

  it('applies temperature, then top-k, then top-p to what top-k left', () => {
    const logits = [0.5, 0.3, 0.15, 0.05].map(Math.log);
    // Of the two that top-k leaves, the first has 0.625.
    expect(kept({ topK: 2, topP: 0.6 }, logits)).toEqual([0]);
    expect(kept({ topP: 0.6 }, logits)).toEqual([0, 1]);
    // Squared, 0.25 : 0.09 : ..., the first has 0.68.
    expect(kept({ temperature: 0.5, topP: 0.68 }, logits)).toEqual([0]);
  });
});

describe("Hugging Face's warpers", () => {
  it.each(
    golden.cases.map((one) => ({ ...one, title: `${one.name}, ${one.temperature} ${one.topK} ${one.topP}` })),
  )(
    'keep the same tokens with the same probabilities: $title',
    ({ logits, temperature, topK, topP, p, removed }) => {
      const filter = {
        temperature,
        ...(topK === null ? {} : { topK }),
        ...(topP === null ? {} : { topP }),
      };
      const ours = softmax(filterLogits(logits, filter));
      expect([...ours.entries()].flatMap(([id, share]) => (share === 0 ? [id] : []))).toEqual(removed);
      // Their float64 numbers are written with nine digits.
      for (const [id, share] of ours.entries()) expect(Math.abs(share - p[id]!)).toBeLessThan(1e-8);
    },
  );
});

describe('chooseToken', () => {
  it('is the first of the largest logits when greedy', () => {
    expect(chooseToken(LOGITS, 'greedy', 0, 0)).toEqual({ id: 2, drawn: 1 });
  });

  it('is a function of seed, sequence and step alone', () => {
    const at = (seed: number, sequence: number, step: number) =>
      chooseToken(LOGITS, { seed }, sequence, step).id;
    const some = Array.from({ length: 64 }, (_, step) => at(1, 0, step));
    expect(Array.from({ length: 64 }, (_, step) => at(1, 0, 63 - step)).reverse()).toEqual(some);
    expect(Array.from({ length: 64 }, (_, step) => at(2, 0, step))).not.toEqual(some);
    expect(Array.from({ length: 64 }, (_, step) => at(1, 1, step))).not.toEqual(some);
  });

  it.each([
    ['all', {}],
    ['filtered', { temperature: 1.3, topK: 6, topP: 0.9 }],
  ])('draws each token as often as its probability says: %s', (_, filter) => {
    const n = 20_000;
    const probabilities = softmax(filterLogits(LOGITS, filter));
    const counts = LOGITS.map(() => 0);
    for (let i = 0; i < n; i++) {
      const { id, drawn } = chooseToken(LOGITS, { ...filter, seed: 11 }, i % 8, Math.floor(i / 8));
      expect(drawn).toBe(probabilities[id]);
      counts[id]!++;
    }
    // A 99.99 % interval for each share: 3.89 standard errors; dropped tokens never occur.
    for (const [id, p] of probabilities.entries()) {
      const off = Math.abs(counts[id]! / n - p);
      expect(off, `token ${id}: ${counts[id]} of ${n}`).toBeLessThanOrEqual(
        3.89 * Math.sqrt((p * (1 - p)) / n),
      );
    }
  });
});

describe('checkSampling', () => {
  it('names the field, what it got and what it expects', () => {
    const refused = (sampling: Partial<RandomSampling>) => () => checkSampling({ seed: 0, ...sampling });
    expect(refused({ temperature: 0 })).toThrow(/temperature out of range, got 0, expected a number above 0/);
    expect(refused({ temperature: Number.NaN })).toThrow(/temperature/);
    expect(refused({ topK: 0 })).toThrow(/top-k/);
    expect(refused({ topP: 1.5 })).toThrow(/top-p/);
    expect(refused({ seed: -1 })).toThrow(/seed/);
    expect(refused({ temperature: 0.7, topK: 40, topP: 0.9 })).not.toThrow();
  });
});
