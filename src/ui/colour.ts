/**
 * Colour scales. Sequential data keeps ROME's hue per kind (Purples, Greens, Reds); in the dark
 * theme they run from the page's background to a light tint, so the floor always means "nothing
 * here". Signed data runs from red (negative) to blue (positive), safe for colour blindness.
 */
import { RAMPS } from './ramps';
import { luminance, rgb } from './rgb';

export type Hue = 'purple' | 'green' | 'red' | 'blue';
/** 'signed': around 0. */
export type Scale = Hue | 'signed';
export type Theme = 'light' | 'dark';

/** Colour of a strength in [-1, 1], or for a hue in [0, 1]; clamps other values. */
export function colours(scale: Scale, theme: Theme): (strength: number) => string {
  const colour = ramp(RAMPS[theme][scale]);
  return scale === 'signed' ? (strength) => colour((strength + 1) / 2) : colour;
}

/** Interpolates equally spaced colours over [0, 1]. */
function ramp(list: string): (t: number) => string {
  const stops = list.split(' ').map((colour) => rgb(`#${colour}`));
  return (t) => {
    const place = Math.min(1, Math.max(0, t)) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(place));
    const [low, high] = [stops[from]!, stops[from + 1]!];
    const mixed = [0, 1, 2].map((i) => Math.round(low[i]! + (high[i]! - low[i]!) * (place - from)));
    return `rgb(${mixed.join(', ')})`;
  };
}

/** Categories: Okabe and Ito's colours, safe for colour blindness. */
export const CATEGORIES: Record<Theme, readonly string[]> = {
  light: ['#0072b2', '#d55e00', '#009e73', '#b5679b', '#8a6d00', '#2f8fc6', '#4d4d55'],
  dark: ['#5aa9e6', '#f0833a', '#3cc89b', '#dd9cc8', '#e0c64a', '#9ad4f5', '#c8c8d0'],
};

/** Undefined values. */
export const MASKED: Record<Theme, string> = { light: '#e4e3df', dark: '#26282d' };

/** Luminance at which black and white text have equal contrast (WCAG 2). */
const MIDDLE_LUMINANCE = 0.179;

/** The text colour with more contrast. */
export function inkOn(background: string): string {
  return luminance(background) < MIDDLE_LUMINANCE ? '#ffffff' : '#000000';
}
