import { describe, expect, it } from 'vitest';
import { enlarged, keyed, reaching, STEP, transformOf, viewOf, WHOLE } from './zoom';

describe('the view', () => {
  it('grows around its middle, at most so far, and back to the whole', () => {
    const once = enlarged(WHOLE, 2, 4);
    expect(once).toEqual({ k: 2, x: 0.25, y: 0.25 });
    expect(enlarged(once, 8, 4)).toEqual({ k: 4, x: 0.375, y: 0.375 });
    expect(enlarged(once, 0.1, 4)).toEqual(WHOLE);
  });

  it('stays within the plot', () => {
    expect(enlarged({ k: 4, x: 0.75, y: 0 }, 0.5, 4)).toEqual({ k: 2, x: 0.5, y: 0 });
  });

  it('follows +, - and 0 and no other key', () => {
    const once = keyed('+', WHOLE, 4)!;
    expect(once.k).toBe(STEP);
    expect(keyed('-', once, 4)).toEqual(WHOLE);
    expect(keyed('0', once, 4)).toEqual(WHOLE);
    expect(keyed('ArrowUp', once, 4)).toBeNull();
  });

  it('moves no further than needed to show a box', () => {
    const view = { k: 4, x: 0.25, y: 0.25 };
    const box = { x: 0.3, y: 0.3, width: 0.1, height: 0.1 };
    expect(reaching(view, box)).toEqual(view);
    expect(reaching(view, { ...box, x: 0.1 }).x).toBeCloseTo(0.1);
    expect(reaching(view, { ...box, y: 0.8 }).y).toBeCloseTo(0.65);
    // Shows the beginning of what does not fit.
    expect(reaching(view, { ...box, x: 0.1, width: 0.8 }).x).toBeCloseTo(0.1);
  });

  it('is a transform of pixels and back', () => {
    const plot = { x: 30, y: 20, width: 400, height: 200 };
    const view = { k: 2.5, x: 0.3, y: 0.6 };
    const { k, x, y } = transformOf(view, plot);
    expect(k * (plot.x + view.x * plot.width) + x).toBeCloseTo(plot.x);
    expect(k * (plot.y + view.y * plot.height) + y).toBeCloseTo(plot.y);
    const back = viewOf({ k, x, y }, plot);
    expect([back.k, back.x, back.y].map((value) => value.toFixed(9))).toEqual(
      [view.k, view.x, view.y].map((value) => value.toFixed(9)),
    );
  });
});
