/**
 * Numbers as 16-bit codes on an even scale: value = (base + code) x step. Zero is exact if in
 * range. A code must display the same digits as its number; if none of the nearest does (small
 * numbers show more digits), the number is kept as a float.
 */
export interface Plane {
  /** First code, as a multiple of the step. */
  readonly base: number;
  readonly step: number;
  /** Below APART a multiple of the step; APART: the next of `apart`; NONE: no number. */
  readonly codes: Uint16Array;
  /** Numbers kept as floats, in cell order. */
  readonly apart: readonly number[];
  /** They are float64; else float32 displays the same digits. */
  readonly wide?: true | undefined;
}

export interface QuantiseOptions {
  /** The values are multiples of this, if rounded; such codes are few and compress well. */
  readonly rounded?: number | undefined;
  /** Cells kept as floats. */
  readonly exact?: ReadonlySet<number>;
  /** Always as float64. */
  readonly wide?: boolean | undefined;
}

const NONE = 0xffff;
export const APART = 0xfffe;
/** Leaves room for rounding, for shifting a code by one, and for APART and NONE. */
const LEVELS = 0xfffa;

/** Encodes `values`, off by at most 1.5 steps; `same(i, x)`: whether x may replace values[i]. */
export function quantise(
  values: readonly (number | null)[],
  same: (index: number, decoded: number) => boolean,
  { rounded, exact, wide = false }: QuantiseOptions = {},
): Plane {
  const { base, step } = scaleOf(
    values.filter((value) => value !== null),
    rounded,
  );
  const apart: { readonly value: number; readonly single: number | undefined }[] = [];
  const codes = Uint16Array.from(values, (value, i) => {
    if (value === null) return NONE;
    const nearest = Math.round(value / step) - base;
    const fitting = [nearest, nearest + 1, nearest - 1].find(
      (code) => code >= 0 && code < APART && !exact?.has(i) && same(i, (base + code) * step),
    );
    if (fitting !== undefined) return fitting;
    apart.push({ value, single: singles(value).find((x) => same(i, x)) });
    return APART;
  });
  const isWide = (wide && apart.length > 0) || apart.some(({ single }) => single === undefined);
  const kept = apart.map(({ value, single }) => (isWide ? value : single!));
  return { base, step, codes, apart: kept, ...(isWide && { wide: true as const }) };
}

/** The nearest float32 and its neighbours: one of them displays the same digits. */
function singles(value: number): number[] {
  const floats = Float32Array.of(value, value, value);
  const bits = new Int32Array(floats.buffer);
  bits[1]! += 1;
  bits[2]! -= 1;
  return [...floats].filter(Number.isFinite);
}

/** `apart` has one number per code APART. */
export function dequantise({ base, step, codes, apart }: Plane): (number | null)[] {
  let next = 0;
  return Array.from(codes, (code) => {
    if (code === NONE) return null;
    if (code === APART) return apart[next++]!;
    // Adding 0 turns -0 into 0.
    return (base + code) * step + 0;
  });
}

/** Rounds the step up to two significant digits, for brevity. */
function scaleOf(values: readonly number[], rounded = 0): { base: number; step: number } {
  const min = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const max = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (values.length === 0 || size === 0) return { base: 0, step: 1 };
  // Far from zero, a step below float precision makes codes inexact; so does a subnormal one.
  const wanted = Math.max((max - min) / LEVELS, size * 2 ** -40, 1e-290);
  if (rounded >= wanted) return { base: Math.floor(min / rounded), step: rounded };
  const exponent = Math.floor(Math.log10(wanted)) - 1;
  const step = Number(`${Math.ceil(wanted / 10 ** exponent)}e${exponent}`);
  return { base: Math.floor(min / step), step };
}
