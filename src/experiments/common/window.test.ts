import { describe, expect, it } from 'vitest';
import { resolveWindow } from './window';

describe('window', () => {
  it.each([
    [6, 1],
    [12, 3],
    [30, 7],
    [48, 11],
    [1, 1],
  ])('of a %i-layer model has %i layers by default, symmetric, cut at the ends', (nLayers, size) => {
    const window = resolveWindow(undefined, nLayers);
    expect(window).toMatchObject({ rule: 'depth', size });
    const half = (size - 1) / 2;
    const expected = Array.from({ length: nLayers }, (_, l) => [
      Math.max(0, l - half),
      Math.min(nLayers, l + half + 1),
    ]);
    expect(window.layers).toEqual(expected);
    expect(resolveWindow('depth', nLayers)).toEqual(window);
  });

  it('is l-5 to l+4 in ROME mode, as range(max(0, l - w//2), min(L, l - (-w//2))) gives', () => {
    const window = resolveWindow('rome', 48);
    expect(window).toMatchObject({ rule: 'rome', size: 10 });
    expect(window.layers[20]).toEqual([15, 25]);
    expect(window.layers[0]).toEqual([0, 5]);
    expect(window.layers[47]).toEqual([42, 48]);
  });

  it('takes any size, by the same formula', () => {
    expect(resolveWindow(5, 12)).toMatchObject({ rule: 'fixed', size: 5 });
    expect(resolveWindow(5, 12).layers[6]).toEqual([4, 9]);
    expect(resolveWindow(4, 12).layers[6]).toEqual([4, 8]);
    expect(resolveWindow(1, 3).layers).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(resolveWindow(99, 3).layers).toEqual([
      [0, 3],
      [0, 3],
      [0, 3],
    ]);
  });

  it('refuses what is no window', () => {
    for (const size of [0, -1, 2.5, NaN])
      expect(() => resolveWindow(size, 6)).toThrow(/^window: wrong size, got /);
    expect(() => resolveWindow('deep' as 'depth', 6)).toThrow(
      new Error("window: unknown, got 'deep', expected 'depth', 'rome' or a number of layers."),
    );
  });
});
