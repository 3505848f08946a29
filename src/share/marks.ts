/**
 * What a map shows of its draws, as bytes behind its planes: lowest and highest restored value in two significant digits
 * (which is how ranges are shown), and bits for hatched cells and for those that cannot be told from the peak.
 */
import type { Interval, KindResult } from '../results/document';
import { twoDigits } from '../results/format';
import { bitsOf, fromBits } from './bits';
import type { ByteReader, ByteWriter } from './bytes';

/** Which of them follow. */
export interface MarkFlags {
  readonly range?: true | undefined;
  readonly hatched?: true | undefined;
  readonly alike?: true | undefined;
}

export interface Marks {
  /** T x L cells row by row, then each group's L. */
  readonly range: readonly Interval[] | null;
  readonly hatched: readonly boolean[] | null;
  readonly alike: readonly [number, number][] | null;
}

export function writeMarks(result: KindResult, numbers: ByteWriter): MarkFlags {
  const { groups, peak } = result;
  const L = result.effect[0]!.length;
  const range = result.range && [...result.range.flat(), ...groups.flatMap((group) => group.range ?? [])];
  const hatched = result.hatched && [
    ...result.hatched.flat(),
    ...groups.flatMap((group) => group.hatched ?? []),
  ];
  const alike = peak?.overNoise?.alike;
  if (range) {
    writeDigits(
      range.map(([low]) => low),
      numbers,
    );
    writeDigits(
      range.map(([, high]) => high),
      numbers,
    );
  }
  if (hatched) numbers.raw(bitsOf(hatched));
  if (alike) {
    const flags = result.effect.flat().map(() => false);
    for (const [row, layer] of alike) flags[row * L + layer] = true;
    numbers.raw(bitsOf(flags));
  }
  return {
    ...(range && { range: true as const }),
    ...(hatched && { hatched: true as const }),
    ...(alike && { alike: true as const }),
  };
}

/** The inverse of `writeMarks`, for T x L cells and `groups` groups. */
export function readMarks(
  flags: MarkFlags,
  reader: ByteReader,
  [T, L, groups]: readonly [number, number, number],
): Marks {
  const count = (T + groups) * L;
  const bits = (n: number) => fromBits(reader.raw(Math.ceil(n / 8)), n);
  let range: Interval[] | null = null;
  if (flags.range) {
    const lows = readDigits(count, reader);
    const highs = readDigits(count, reader);
    range = lows.map((low, i) => [low, highs[i]!]);
  }
  const hatched = flags.hatched ? bits(count) : null;
  const alike = flags.alike
    ? bits(T * L).flatMap((is, i): [number, number][] => (is ? [[Math.floor(i / L), i % L]] : []))
    : null;
  return { range, hatched, alike };
}

/** Signed mantissas below 100, then powers of ten: two bytes a number. */
function writeDigits(values: readonly number[], numbers: ByteWriter): void {
  const parts = values.map((value) => {
    const [digits, power] = twoDigits(value).toExponential(1).split('e');
    const mantissa = Math.round(Number(digits) * 10);
    // What is smaller than any number that is shown is 0.
    return Number(power) < -120 ? [0, 0] : [mantissa, mantissa === 0 ? 0 : Number(power) - 1];
  });
  numbers.raw(Uint8Array.from(parts, ([mantissa]) => mantissa! & 0xff));
  numbers.raw(Uint8Array.from(parts, ([, power]) => power! & 0xff));
}

function readDigits(count: number, reader: ByteReader): number[] {
  const mantissas = Int8Array.from(reader.raw(count));
  const powers = Int8Array.from(reader.raw(count));
  return Array.from(mantissas, (mantissa, i) => Number(`${mantissa}e${powers[i]}`));
}
