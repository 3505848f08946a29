import { describe, expect, it } from 'vitest';
import { contrastLogits } from './contrast';

const LOGITS = [1.5, -0.25, 3, 0.5, 2.25, -1, 3, 0];

describe('contrastLogits', () => {
  const counterfactual = LOGITS.map((x, i) => x + Math.sin(i));

  it('is the factual logits where nothing differs or gamma is 0', () => {
    const all = { epsilon: 1e-9 };
    expect([...contrastLogits(LOGITS, LOGITS, { gamma: 0, ...all })]).toEqual(LOGITS);
    expect([...contrastLogits(LOGITS, counterfactual, { gamma: 0, ...all })]).toEqual(LOGITS);
    for (const [id, x] of contrastLogits(LOGITS, LOGITS, { gamma: 0.5, ...all }).entries())
      expect(x).toBeCloseTo(LOGITS[id]!, 12);
  });

  it('pushes away from the counterfactual, among tokens likely enough', () => {
    const out = contrastLogits(LOGITS, counterfactual, { gamma: 1, epsilon: 0.3 });
    expect([...out].flatMap((x, id) => (x > -Infinity ? [id] : []))).toEqual([2, 4, 6]);
    expect(out[4]).toBe(2 * LOGITS[4]! - counterfactual[4]!);
  });

  it('is greedy for epsilon 1', () => {
    const logits = LOGITS.map((x, i) => x + i / 100);
    const out = contrastLogits(logits, counterfactual, { gamma: 1, epsilon: 1 });
    expect([...out].filter((x) => x > -Infinity)).toHaveLength(1);
    expect(out.indexOf(Math.max(...out))).toBe(logits.indexOf(Math.max(...logits)));
  });
});
