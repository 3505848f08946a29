import { describe, expect, it } from 'vitest';
import { CATEGORIES, colours, type Hue, inkOn, sequential, type Theme } from './colour';
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
  const colour = sequential(hue, theme);

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
