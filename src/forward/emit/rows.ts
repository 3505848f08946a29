/**
 * Which (sequence, position) lies in which row of the sweep's buffers. Rows are appended as sequences enter and
 * dropped once, after the last block's attention; an index never changes in between.
 */
import type { Sequence } from '../plan/sweeps';

export class RowMap {
  /** index[sequence][position] = row, or -1. */
  readonly index: number[][];
  readonly order: { readonly sequence: number; readonly position: number }[] = [];

  constructor(sequences: readonly Sequence[]) {
    this.index = sequences.map((sequence) => new Array<number>(sequence.entry.length).fill(-1));
  }

  get count(): number {
    return this.order.length;
  }

  /** The positions of all rows lie in [begin, end). */
  get positions(): readonly [number, number] {
    let [begin, end] = [Infinity, 0];
    for (const { position } of this.order) {
      begin = Math.min(begin, position);
      end = Math.max(end, position + 1);
    }
    return [begin, end];
  }

  append(sequence: number, position: number): void {
    this.index[sequence]![position] = this.order.length;
    this.order.push({ sequence, position });
  }

  at(sequence: number, position: number): number {
    return this.index[sequence]![position]!;
  }

  /** A map with only the rows that `keep` accepts, in the same order. */
  filter(sequences: readonly Sequence[], keep: (sequence: number, position: number) => boolean): RowMap {
    const kept = new RowMap(sequences);
    for (const { sequence, position } of this.order)
      if (keep(sequence, position)) kept.append(sequence, position);
    return kept;
  }
}
