/**
 * Counts NaN and infinite weights in the stored bytes. The exponent's bits decide, so a pass costs
 * a few per cent of hashing. A weight that no prompt reads may be NaN, so the count is a note at
 * opening, and later the explanation if a run's numbers are not finite.
 */
import { dequantize } from './dequantize';
import { BLOCK, type StoredType } from './stored';

/** What one tensor contributes to one weight. */
export interface NotFiniteWeights {
  /** Canonical name, e.g. 'blocks.3.ln1.w'. */
  readonly name: string;
  /** Name in the file. */
  readonly tensor: string;
  readonly nan: number;
  readonly infinite: number;
}

interface Count {
  readonly nan: number;
  readonly infinite: number;
}

const NONE: Count = { nan: 0, infinite: 0 };

/** Offsets of a quantised block's float16 scales. */
const SCALES: Readonly<Record<Exclude<StoredType, 'F64' | 'F32' | 'F16' | 'BF16'>, readonly number[]>> = {
  Q8_0: [0],
  Q4_0: [0],
  Q4_1: [0, 2],
  Q5_0: [0],
  Q5_1: [0, 2],
  Q4_K: [0, 2],
  Q5_K: [0, 2],
  Q6_K: [208],
};

/** Values of whole blocks that are not finite as 32-bit floats. */
export function countNotFinite(dtype: StoredType, bytes: Uint8Array): Count {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  switch (dtype) {
    case 'F64':
      return countFloats(dequantize(dtype, bytes));
    case 'F32':
      return countFloats(new Float32Array(buffer, byteOffset, byteLength / 4));
    case 'F16':
      return countCodes(new Uint16Array(buffer, byteOffset, byteLength / 2), 0x7c00, 0x03ff);
    case 'BF16':
      return countCodes(new Uint16Array(buffer, byteOffset, byteLength / 2), 0x7f80, 0x007f);
    default:
      return countBlocks(dtype, bytes);
  }
}

const countFloats = ({ buffer, byteOffset, length }: Float32Array): Count =>
  countCodes(new Uint32Array(buffer, byteOffset, length), 0x7f800000, 0x007fffff);

/** Codes with an all-ones exponent: infinite if the fraction is 0, else NaN. */
function countCodes(codes: Uint16Array | Uint32Array, exponent: number, fraction: number): Count {
  let [nan, infinite] = [0, 0];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if ((code & exponent) !== exponent) continue;
    if ((code & fraction) === 0) infinite++;
    else nan++;
  }
  return nan + infinite === 0 ? NONE : { nan, infinite };
}

/** Decodes only blocks with a scale that is not finite. */
function countBlocks(dtype: keyof typeof SCALES, bytes: Uint8Array): Count {
  const { bytes: size } = BLOCK[dtype];
  const scales = SCALES[dtype].map((offset) => offset + 1);
  let count = NONE;
  for (let at = 0; at < bytes.length; at += size) {
    if (!scales.some((high) => (bytes[at + high]! & 0x7c) === 0x7c)) continue;
    count = add(count, countFloats(dequantize(dtype, bytes.subarray(at, at + size))));
  }
  return count;
}

const add = (a: Count, b: Count): Count => ({ nan: a.nan + b.nan, infinite: a.infinite + b.infinite });

/** Collects the counts of a pass, one entry per tensor of a weight with any. */
export class NotFiniteScan {
  private readonly found = new Map<string, NotFiniteWeights>();

  look(slots: readonly string[], tensor: string, dtype: StoredType, bytes: Uint8Array): void {
    const count = countNotFinite(dtype, bytes);
    if (count === NONE) return;
    for (const name of slots) {
      const key = `${name} ${tensor}`;
      this.found.set(key, { name, tensor, ...add(this.found.get(key) ?? NONE, count) });
    }
  }

  /** In file order. */
  all(): NotFiniteWeights[] {
    return [...this.found.values()];
  }
}

/** The note shown at opening: one sentence, or none. */
export function notFiniteNotes(found: readonly NotFiniteWeights[]): string[] {
  if (found.length === 0) return [];
  const [first, ...rest] = found;
  const more = rest.length > 0 ? `, and ${rest.length} more weights have some` : '';
  return [`${first!.name}: ${countedNotFinite(first!)}${more}: what depends on it is not finite either.`];
}

/** e.g. 'has 1 NaN and 2 infinite numbers'. */
export function countedNotFinite({ nan, infinite }: Pick<NotFiniteWeights, 'nan' | 'infinite'>): string {
  const numbers = `infinite number${infinite === 1 ? '' : 's'}`;
  const parts = [...(nan > 0 ? [`${nan} NaN`] : []), ...(infinite > 0 ? [`${infinite} ${numbers}`] : [])];
  return `has ${parts.join(' and ')}`;
}
