import { describe, expect, it } from 'vitest';
import { agreement } from './agreement';
import { ranks } from './correlation';

describe('agreement', () => {
  it('ranks equal values alike', () => {
    expect(ranks([3, 1, 3, 2])).toEqual([2.5, 0, 2.5, 1]);
  });

  // scipy.stats.spearmanr and sklearn.metrics.r2_score.
  it('is what scipy and scikit-learn say', () => {
    const [estimated, measured] = [
      [0.1, 0.4, -0.3, 0.9, 0.2, 0.2],
      [0.2, 0.3, -0.1, 0.7, -0.4, 0.25],
    ];
    const { spearman, rSquared } = agreement(estimated!, measured!, 2);
    expect(spearman).toBeCloseTo(0.753_702_346_348_183, 12);
    expect(rSquared).toBeCloseTo(0.341_246_290_801_186_74, 12);
  });

  it('counts the true top that is found, and its wrong signs', () => {
    expect(agreement([5, -4, 1, 0], [5, 4, 0, 1], 2)).toMatchObject({ top: 1, signErrors: 1 });
    expect(agreement([1, 0, 0, 5], [1, 2, 3, 4], 2)).toMatchObject({ top: 0.5 });
  });

  it('counts nothing that does nothing as the true top', () => {
    const measured = [3, 0, 0, 1e-9];
    expect(agreement([0, 9, 8, 7], measured, 3)).toMatchObject({ top: 0, topSize: 1 });
    expect(agreement([9, 1, 0, 0], measured, 3)).toMatchObject({ top: 1, topSize: 1 });
  });

  it('has no correlation with a constant', () => {
    expect(agreement([1, 1], [1, 2], 1)).toMatchObject({ spearman: null });
    expect(agreement([1, 2], [1, 1], 1)).toMatchObject({ rSquared: null });
  });
});
