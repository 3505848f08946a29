import { interpolateLab, piecewise } from 'd3-interpolate';
import { interpolateBlues, interpolateGreens, interpolatePurples, interpolateReds } from 'd3-scale-chromatic';
import { describe, expect, it } from 'vitest';
import { CATEGORIES, colours, type Hue, inkOn, type Scale, type Theme } from './colour';
import { luminance, rgb } from './rgb';

const hues: Hue[] = ['purple', 'green', 'red', 'blue'];
const scales = hues.flatMap((hue) => (['light', 'dark'] as Theme[]).map((theme) => [hue, theme] as const));
const steps = Array.from({ length: 41 }, (_, i) => i / 40);

/** Contrast of two colours as WCAG 2 defines it: 1 to 21. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (high! + 0.05) / (low! + 0.05);
}

it('measures contrast as WCAG 2 has it', () => {
  expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 6);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  expect(rgb('rgb(1, 2, 3)')).toEqual([1, 2, 3, 255]);
  expect(rgb('#010203')).toEqual([1, 2, 3, 255]);
});

describe.each(scales)('%s on %s', (hue, theme) => {
  const colour = colours(hue, theme);

  it('changes lightness in one direction only', () => {
    const lightness = steps.map((step) => luminance(colour(step)) * (theme === 'dark' ? 1 : -1));
    for (let i = 1; i < lightness.length; i++) expect(lightness[i]!).toBeGreaterThan(lightness[i - 1]!);
  });

  it('carries legible text everywhere', () => {
    for (const step of steps) expect(contrast(colour(step), inkOn(colour(step)))).toBeGreaterThan(4.4);
  });

  it('clamps', () => {
    expect(colour(2)).toBe(colour(1));
    expect(colour(-1)).toBe(colour(0));
  });
});

describe.each(['light', 'dark'] as Theme[])('signed on %s', (theme) => {
  const colour = colours('signed', theme);
  const away = (strength: number) => luminance(colour(strength)) * (theme === 'dark' ? 1 : -1);

  it('changes lightness in one direction on either side of 0', () => {
    for (const side of [-1, 1]) {
      for (let i = 1; i < steps.length; i++)
        expect(away(side * steps[i]!)).toBeGreaterThan(away(side * steps[i - 1]!));
    }
  });

  it('carries legible text everywhere, and clamps', () => {
    for (const step of steps) {
      for (const side of [-1, 1])
        expect(contrast(colour(side * step), inkOn(colour(side * step)))).toBeGreaterThan(4.4);
    }
    expect(colour(3)).toBe(colour(1));
    expect(colour(-3)).toBe(colour(-1));
  });
});

it('draws lines that stand out from the page', () => {
  for (const colour of CATEGORIES.light) expect(contrast(colour, '#fbfaf8')).toBeGreaterThan(3);
  for (const colour of CATEGORIES.dark) expect(contrast(colour, '#141519')).toBeGreaterThan(3);
});

describe('ramps', () => {
  const lab = (...stops: string[]) => piecewise(interpolateLab, stops);
  const made: Record<Theme, Record<Scale, (t: number) => string>> = {
    light: {
      purple: interpolatePurples,
      green: interpolateGreens,
      red: interpolateReds,
      blue: interpolateBlues,
      signed: lab('#67001f', '#b92f2b', '#f0a48a', '#eeedea', '#8dbfe2', '#2c70b3', '#07305e'),
    },
    dark: {
      purple: lab('#202128', '#4d3f82', '#8b7cc9', '#d9d2f7'),
      green: lab('#1d2322', '#1f5a3a', '#45a164', '#c4efc6'),
      red: lab('#262021', '#7a2a2a', '#d95f4c', '#ffd3c4'),
      blue: lab('#1e2229', '#264a83', '#5a8fdb', '#d2e4ff'),
      signed: lab('#ffcbb8', '#d2664f', '#702f2a', '#26282e', '#264a83', '#5a8fdb', '#d2e4ff'),
    },
  };

  it.each(['light', 'dark'] as const)('%s: are within 2 of 255 of what d3 makes', (theme) => {
    for (const [scale, colour] of Object.entries(made[theme])) {
      const ours = colours(scale as Scale, theme);
      for (let i = 0; i <= 200; i++) {
        const t = i / 200;
        const [want, got] = [rgb(colour(t)), rgb(ours(scale === 'signed' ? 2 * t - 1 : t))];
        for (let c = 0; c < 3; c++) expect(Math.abs(want[c]! - got[c]!)).toBeLessThanOrEqual(2);
      }
    }
  });
});
