/**
 * A figure's variation as bytes after its planes: ranges in two significant digits (as displayed),
 * and bits for hatched cells and for those like the peak.
 */
import type { Figure } from '../results/document';
import { twoDigits } from '../results/format';
import type { Interval } from '../results/parts';
import type { ByteReader, ByteWriter } from './bytes';

/** Which parts follow. */
export interface MarkFlags {
  readonly ranges?: true | undefined;
  readonly hatched?: true | undefined;
  readonly alike?: true | undefined;
}

export interface Marks {
  readonly ranges: (Interval | null)[] | null;
  readonly hatched: boolean[] | null;
  readonly alike: number[] | null;
}

export function writeMarks({ values, ranges, hatched, peak }: Figure, numbers: ByteWriter): MarkFlags {
  const alike = peak?.overNoise?.alike;
  if (ranges)
    for (const end of [0, 1] as const)
      writeDigits(
        ranges.map((pair) => pair?.[end] ?? null),
        numbers,
      );
  if (hatched) numbers.bits(hatched);
  if (alike) {
    const cells = new Set(alike);
    numbers.bits(values.map((_, cell) => cells.has(cell)));
  }
  return {
    ...(ranges && { ranges: true as const }),
    ...(hatched && { hatched: true as const }),
    ...(alike && { alike: true as const }),
  };
}

/** The inverse of `writeMarks`; `among`: number of cells, and of candidates for `alike`. */
export function readMarks(flags: MarkFlags, reader: ByteReader, count: number, among = count): Marks {
  let ranges: Marks['ranges'] = null;
  if (flags.ranges) {
    const lows = readDigits(count, reader);
    const highs = readDigits(count, reader);
    ranges = lows.map((low, i) => (low === null || highs[i] === null ? null : [low, highs[i]!]));
  }
  const hatched = flags.hatched ? reader.bits(count) : null;
  const alike = flags.alike ? reader.bits(among).flatMap((is, cell) => (is ? [cell] : [])) : null;
  return { ranges, hatched, alike };
}

/** Mantissa that means no number. */
const NONE = -128;

/** Signed mantissas below 100, then powers of ten: two bytes a number. */
function writeDigits(values: readonly (number | null)[], numbers: ByteWriter): void {
  const parts = values.map((value) => {
    if (value === null) return [NONE, 0];
    const [digits, power] = twoDigits(value).toExponential(1).split('e');
    const mantissa = Math.round(Number(digits) * 10);
    // Numbers too small to be displayed become 0.
    return Number(power) < -120 ? [0, 0] : [mantissa, mantissa === 0 ? 0 : Number(power) - 1];
  });
  numbers.raw(Uint8Array.from(parts, ([mantissa]) => mantissa! & 0xff));
  numbers.raw(Uint8Array.from(parts, ([, power]) => power! & 0xff));
}

function readDigits(count: number, reader: ByteReader): (number | null)[] {
  const mantissas = Int8Array.from(reader.raw(count));
  const powers = Int8Array.from(reader.raw(count));
  return Array.from(mantissas, (mantissa, i) =>
    mantissa === NONE ? null : Number(`${mantissa}e${powers[i]}`),
  );
}
