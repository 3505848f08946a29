import { describe, expect, it } from 'vitest';
import { learned, paced } from './pace';

const TRACE = { model: 'sha', kind: 'causal-trace' };
/**
 * Promised and real seconds of the same trace, twice in one visit, on a software adapter that other
 * work kept busy (`npm run measure -- estimates`). The first run also compiles.
 */
const RECORDED = [
  [35.34, 88.32],
  [35.34, 68.83],
] as const;

describe('estimates', () => {
  it('are the engine’s before the first run', () => {
    expect(paced({}, TRACE, 3)).toBe(3);
  });

  it('are right within a factor of 2 after the first run', () => {
    const [[promised, took], [again, tookAgain]] = RECORDED;
    expect(took / promised).toBeGreaterThan(2);
    const said = paced(learned({}, TRACE, promised, took), TRACE, again);
    expect(Math.abs(Math.log2(said / tookAgain))).toBeLessThanOrEqual(1);
  });

  it('are corrected for the same model and kind alone', () => {
    const pace = learned({}, TRACE, 1, 4);
    expect(paced(pace, TRACE, 2)).toBe(8);
    expect(paced(pace, { ...TRACE, kind: 'graph' }, 2)).toBe(2);
    expect(paced(pace, { ...TRACE, model: 'other' }, 2)).toBe(2);
  });

  it('learn nothing from what was too short, and never run away', () => {
    expect(learned({}, TRACE, 0.01, 0.05)).toEqual({});
    expect(learned({}, TRACE, 0, 5)).toEqual({});
    expect(paced(learned({}, TRACE, 0.001, 60), TRACE, 1)).toBe(50);
  });
});
