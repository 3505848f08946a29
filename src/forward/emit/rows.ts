/**
 * Maps each (member, sample, position) to a row of the sweep's buffers. Rows are appended as
 * members enter, sample by sample, and dropped once, after the last block's attention; in between
 * an index never changes.
 */
import type { Member, Sweep } from '../plan/sweep';
import { Words } from './words';

/** The rows of a position's samples: sample s is in row `first + (s - begin) * step`. */
export interface Place {
  readonly first: number;
  readonly step: number;
}

/** Rows that entered together: all samples of these positions, ascending. */
export interface Segment {
  readonly member: number;
  readonly positions: readonly number[];
  readonly first: number;
}

export const samplesOf = ({ begin, end }: Pick<Member, 'begin' | 'end'>): number => end - begin;

/** Sequences of all members together. */
export const sequencesOf = ({ members }: Pick<Sweep, 'members'>): number =>
  members.reduce((sum, member) => sum + samplesOf(member), 0);

export class RowMap {
  readonly segments: Segment[] = [];
  /** Keys seen by all rows together in a causal model: the sum of position + 1. */
  seen = 0;
  /** Members with rows appended since the last `takeGrown`. */
  private grown = new Set<number>();
  private readonly firsts: Int32Array;
  private readonly steps: Int32Array;
  private readonly words: Words;
  /** First sequence of each member. */
  private readonly sequences: Int32Array;

  /** `table`: the kernels' id for the table of every row's sequence and position. */
  constructor(
    readonly table: string,
    private readonly members: readonly Member[],
    private readonly T: number,
    expected?: number,
  ) {
    this.firsts = new Int32Array(members.length * T).fill(-1);
    this.steps = new Int32Array(members.length * T);
    this.words = new Words(expected);
    this.sequences = new Int32Array(members.length);
    let next = 0;
    for (const [m, member] of members.entries()) {
      this.sequences[m] = next;
      next += samplesOf(member);
    }
  }

  get count(): number {
    return this.words.length;
  }

  /** Per row: sequence * T + position. */
  get data(): Uint32Array {
    return this.words.data;
  }

  append(member: number, positions: readonly number[]): void {
    const samples = samplesOf(this.members[member]!);
    const n = positions.length;
    const { T } = this;
    for (const [i, t] of positions.entries()) {
      this.firsts[member * T + t] = this.count + i;
      this.steps[member * T + t] = n;
      this.seen += samples * (t + 1);
    }
    this.segments.push({ member, positions, first: this.count });
    this.grown.add(member);
    for (let s = 0; s < samples; s++) {
      const sequence = (this.sequences[member]! + s) * T;
      for (let i = 0; i < n; i++) this.words.u32(sequence + positions[i]!);
    }
  }

  takeGrown(): ReadonlySet<number> {
    const { grown } = this;
    this.grown = new Set();
    return grown;
  }

  /** The first sample's row for a member's position; -1 if absent. */
  first(member: number, position: number): number {
    return this.firsts[member * this.T + position]!;
  }

  /** The step from one sample's row to the next. */
  step(member: number, position: number): number {
    return this.steps[member * this.T + position]!;
  }

  /** A map of only the positions that `keep` accepts, in the same order. */
  filter(table: string, keep: (member: number, position: number) => boolean): RowMap {
    const kept = new RowMap(table, this.members, this.T);
    for (const { member, positions } of this.segments) {
      const left = positions.filter((t) => keep(member, t));
      if (left.length > 0) kept.append(member, left);
    }
    return kept;
  }
}

/** The rows of all samples at those positions that are present, sample by sample. */
export function rowsOf(rows: RowMap, member: Member, positions: readonly number[]): number[] {
  const out: number[] = [];
  for (let s = 0; s < samplesOf(member); s++)
    for (const t of positions) {
      const first = rows.first(member.index, t);
      if (first >= 0) out.push(first + s * rows.step(member.index, t));
    }
  return out;
}
