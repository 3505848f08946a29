/**
 * Colour scales. Sequential data keeps ROME's hue per kind (Purples, Greens, Reds); on a dark page the same
 * hues run from the page's own dark to a light tint, so that the floor is always "nothing here".
 */
import { interpolateLab, piecewise } from 'd3-interpolate';
import { luminance } from './rgb';
import { interpolateBlues, interpolateGreens, interpolatePurples, interpolateReds } from 'd3-scale-chromatic';

export type Hue = 'purple' | 'green' | 'red' | 'blue';
export type Theme = 'light' | 'dark';

const LIGHT: Record<Hue, (t: number) => string> = {
  purple: interpolatePurples,
  green: interpolateGreens,
  red: interpolateReds,
  blue: interpolateBlues,
};

const DARK_STOPS: Record<Hue, string[]> = {
  purple: ['#202128', '#4d3f82', '#8b7cc9', '#d9d2f7'],
  green: ['#1d2322', '#1f5a3a', '#45a164', '#c4efc6'],
  red: ['#262021', '#7a2a2a', '#d95f4c', '#ffd3c4'],
  blue: ['#1e2229', '#264a83', '#5a8fdb', '#d2e4ff'],
};

const DARK = Object.fromEntries(
  Object.entries(DARK_STOPS).map(([hue, stops]) => [hue, piecewise(interpolateLab, stops)]),
) as unknown as Record<Hue, (t: number) => string>;

/** Colour of a strength in [0, 1]; values outside are clamped. */
export function sequential(hue: Hue, theme: Theme): (strength: number) => string {
  const scale = (theme === 'dark' ? DARK : LIGHT)[hue];
  return (strength) => scale(Math.min(1, Math.max(0, strength)));
}

/** Where black and white text have the same contrast (WCAG 2). */
const MIDDLE_LUMINANCE = 0.179;

/** Text colour with the larger contrast on a background. */
export function inkOn(background: string): string {
  return luminance(background) < MIDDLE_LUMINANCE ? '#ffffff' : '#000000';
}

/** A CSS gradient of a scale, bottom to top. */
export function gradient(hue: Hue, theme: Theme, stops = 12): string {
  const colour = sequential(hue, theme);
  const list = Array.from({ length: stops + 1 }, (_, i) => colour(i / stops));
  return `linear-gradient(to top, ${list.join(', ')})`;
}
