import { describe, expect, it } from 'vitest';
import { principalComponents } from './principal';

describe('principalComponents', () => {
  it('finds the axes of a cloud that is known: 3 along one, 1 along another', () => {
    const points = [3, -3].flatMap((a) =>
      [1, -1].map((b) => [5 + (a + b) / Math.SQRT2, (a - b) / Math.SQRT2, 7]),
    );
    const { axes, shares, coordinates } = principalComponents(points, 2);
    expect(shares[0]).toBeCloseTo(0.9, 12);
    expect(shares[1]).toBeCloseTo(0.1, 12);
    for (const value of [axes[0]![0]!, axes[0]![1]!]) expect(value).toBeCloseTo(Math.SQRT1_2, 10);
    expect(coordinates.map(([first]) => Math.round(first!))).toEqual([3, 3, -3, -3]);
  });

  it('has nothing to say of points that are the same', () => {
    expect(
      principalComponents(
        [
          [1, 2],
          [1, 2],
        ],
        1,
      ).shares,
    ).toEqual([0]);
  });
});
