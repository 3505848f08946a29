/**
 * Colour scales. Sequential data keeps ROME's hue per kind (Purples, Greens, Reds); on a dark page the same
 * hues run from the page's own dark to a light tint, so that the floor is always "nothing here". Signed data runs from
 * red (negative) over "nothing here" to blue (positive), which differ for every kind of colour vision.
 */
import { interpolateLab, piecewise } from 'd3-interpolate';
import { luminance } from './rgb';
import { interpolateBlues, interpolateGreens, interpolatePurples, interpolateReds } from 'd3-scale-chromatic';

export type Hue = 'purple' | 'green' | 'red' | 'blue';
/** The scale of numbers around 0. */
export type Scale = Hue | 'signed';
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

const SIGNED: Record<Theme, (t: number) => string> = {
  light: piecewise(interpolateLab, [
    '#67001f',
    '#b92f2b',
    '#f0a48a',
    '#eeedea',
    '#8dbfe2',
    '#2c70b3',
    '#07305e',
  ]),
  dark: piecewise(interpolateLab, [
    '#ffcbb8',
    '#d2664f',
    '#702f2a',
    '#26282e',
    '#264a83',
    '#5a8fdb',
    '#d2e4ff',
  ]),
};

/** Colour of a strength in [-1, 1] around 0, or, for a hue, in [0, 1]; values outside are clamped. */
export function colours(scale: Scale, theme: Theme): (strength: number) => string {
  if (scale !== 'signed') return sequential(scale, theme);
  return (strength) => SIGNED[theme]((Math.min(1, Math.max(-1, strength)) + 1) / 2);
}

/** Lines and groups side by side: Okabe and Ito's colours, told apart by every kind of colour vision. */
export const CATEGORIES: Record<Theme, readonly string[]> = {
  light: ['#0072b2', '#d55e00', '#009e73', '#b5679b', '#8a6d00', '#2f8fc6', '#4d4d55'],
  dark: ['#5aa9e6', '#f0833a', '#3cc89b', '#dd9cc8', '#e0c64a', '#9ad4f5', '#c8c8d0'],
};

/** What is not defined. */
export const MASKED: Record<Theme, string> = { light: '#e4e3df', dark: '#26282d' };

/** Where black and white text have the same contrast (WCAG 2). */
const MIDDLE_LUMINANCE = 0.179;

/** Text colour with the larger contrast on a background. */
export function inkOn(background: string): string {
  return luminance(background) < MIDDLE_LUMINANCE ? '#ffffff' : '#000000';
}
