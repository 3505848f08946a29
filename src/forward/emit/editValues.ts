/** The numbers that entries of an edit table refer to. */
import { VALUE_KINDS } from '../../gpu/kernels/edits';
import { columnsOf, knownValues } from '../request/values';
import type { EditTarget } from './editTarget';
import { Words } from './words';
import { cached } from '../../util/cached';

/**
 * Location of one row's values: the buffer, the first value after `done` columns, the steps from
 * column to column and from sample to sample, and the distance to the low-order parts.
 */
export interface ValuesAt {
  readonly kind: number;
  /** For known values. */
  readonly first: (done: number) => number;
  readonly step: 0 | 1;
  readonly sampleStep: number;
  readonly toLow: number | null;
}

export class EditValues {
  private readonly words = new Words();
  private readonly constants = new Map<number, number>();
  private readonly vectors = new Map<readonly number[], { readonly at: number; low: number | null }>();

  get data(): Float32Array {
    if (this.words.length === 0) this.words.f32(0);
    const { buffer, byteOffset, length } = this.words.data;
    return new Float32Array(buffer, byteOffset, length);
  }

  of(target: EditTarget): ValuesAt {
    const { edit, source } = target;
    const none = { kind: VALUE_KINDS.none, first: () => 0, step: 0, sampleStep: 0, toLow: null } as const;
    if (source) return { ...none, kind: VALUE_KINDS.source, step: 1, sampleStep: source.step };
    // An exact float64 sum needs the part of v that float32 cannot hold.
    const exact = edit.op === 'add' && edit.alpha === 1;
    const kind = VALUE_KINDS.values;
    if (edit.source?.kind === 'constant') {
      const at = this.constant(edit.source.value);
      return { ...none, kind, first: () => at };
    }
    if (edit.source?.kind === 'vector') {
      const list = edit.source.values;
      const { at, low } = this.vector(list, exact);
      const start = target.rowIndex * columnsOf(edit);
      const first = (done: number): number => at + ((start + done) % list.length);
      return { kind, first, step: 1, sampleStep: 0, toLow: exact ? low! - at : null };
    }
    return edit.source?.kind === 'noise' ? this.noise(target, exact) : none;
  }

  /**
   * One copy serves all rows of an edit, and all edits with this list. `low`: the part beyond
   * float32, if wanted.
   */
  vector(values: readonly number[], wantsLow: boolean): { readonly at: number; readonly low: number | null } {
    const found = cached(this.vectors, values, () => ({ at: this.push(values), low: null }));
    if (wantsLow) found.low ??= this.pushLow(values);
    return found;
  }

  /** A row's numbers, sample after sample. */
  private noise(target: EditTarget, exact: boolean): ValuesAt {
    const { edit, rowIndex, samples, sample } = target;
    const columns = columnsOf(edit);
    const known = new Array<Float64Array>(samples);
    // The last draw first: it creates the stream for all.
    for (let s = samples - 1; s >= 0; s--) known[s] = knownValues(edit, rowIndex, sample + s) as Float64Array;
    const at = this.words.length;
    for (const values of known) this.push(values);
    const low = exact ? this.words.length : null;
    if (exact) for (const values of known) this.pushLow(values);
    const toLow = low === null ? null : low - at;
    const first = (done: number): number => at + done;
    return { kind: VALUE_KINDS.values, first, step: 1, sampleStep: columns, toLow };
  }

  private constant(value: number): number {
    return cached(this.constants, value, () => this.push([value]));
  }

  private push(numbers: ArrayLike<number>): number {
    const offset = this.words.length;
    this.words.f32s(numbers);
    return offset;
  }

  /** The part of these numbers that float32 cannot hold. */
  private pushLow(numbers: ArrayLike<number>): number {
    return this.push(Float64Array.from(numbers, (value) => value - Math.fround(value)));
  }
}
