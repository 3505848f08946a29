/** Records of bit masks in the kernels' format: which senders are cut, and what share of each. */
import { RECORD_WORDS } from '../../gpu/kernels/cuts';
import type { ResolvedCut, ResolvedEdit } from '../request/resolved';
import { Words } from './words';
import { cached } from '../../util/cached';

/** Senders whose outputs are in one site's tensor. */
export interface SendersAt {
  readonly key: string;
  /** The stage that makes the tensor. */
  readonly stage: number;
  /** Index of the first sender: among all senders, or among the block's neurons. */
  readonly first: number;
  readonly count: number;
  /** Index among the sites of its records. */
  readonly index: number;
  /** The block of these neurons, or null if they are not neurons. */
  readonly neuronsOf: number | null;
}

/** The senders cut by the same share. */
export interface CutRecord {
  /** Index in the table; record 0 cuts nothing. */
  readonly index: number;
  /** Number of senders, by site. */
  readonly counts: Uint32Array;
}

const NONE: readonly CutRecord[] = [];

/** The records of one kind of senders; a set of cuts shared by many rows and runs is one record. */
export class CutRecords {
  private readonly words: Words;
  private readonly known = new Map<string, readonly CutRecord[]>();
  private readonly alone = new Map<ResolvedEdit, readonly CutRecord[]>();
  private readonly numbers = new Map<ResolvedEdit, number>();
  private size = 0;
  private readonly byKey: ReadonlyMap<string, SendersAt>;
  /** By site, the stage that makes it. */
  readonly stages: readonly number[];

  /**
   * `table`: the kernels' id of the table; `sites`: the senders, `width` columns each;
   * `hasConstants`: whether these records include constant replacements, for senders of any kind.
   */
  constructor(
    readonly table: string,
    sites: readonly SendersAt[],
    private readonly width: number,
    private readonly hasConstants: boolean,
  ) {
    this.byKey = new Map(sites.map((site) => [site.key, site]));
    this.stages = sites.map(({ stage }) => stage);
    this.bitWords = Math.ceil(sites.reduce((sum, { count }) => sum + count, 0) / 32);
    this.words = new Words(16 * (RECORD_WORDS + this.bitWords));
    this.write(0, this.blank());
  }

  /** u32 words of a record's bits. */
  readonly bitWords: number;

  get data(): Uint32Array {
    return this.words.data;
  }

  /** Records of the cuts into one receiver: one per share, in the order of the cuts. */
  of(edits: readonly ResolvedEdit[]): readonly CutRecord[] {
    if (edits.length === 0) return NONE;
    // The commonest case needs no name.
    if (edits.length === 1) return cached(this.alone, edits[0]!, () => this.make(edits));
    const { numbers } = this;
    const name = edits.map((edit) => cached(numbers, edit, () => numbers.size)).join();
    return cached(this.known, name, () => this.make(edits));
  }

  private make(edits: readonly ResolvedEdit[]): CutRecord[] {
    const shares = new Map<number, Part>();
    for (const { cut } of edits) {
      const part = shares.get(cut!.share) ?? this.blank();
      shares.set(cut!.share, part);
      this.add(part, cut!);
    }
    return [...shares].map(([share, part]) => this.write(share, part));
  }

  private add(part: Part, { terms, share, source }: ResolvedCut): void {
    for (let n = 0; n < terms.length; n++) {
      const { key, columns } = terms[n]!;
      // Constants of neurons are included with those of other senders.
      if (this.hasConstants && source.kind === 'constant')
        part.constant += share * source.value * columns.length;
      const site = this.byKey.get(key);
      if (!site) continue;
      part.counts[site.index]! += columns.length;
      for (let c = 0; c < columns.length; c++) {
        const i = site.first + columns[c]! / this.width;
        part.bits[i >>> 5]! |= 1 << (i & 31);
      }
    }
  }

  private blank(): Part {
    return { constant: 0, bits: new Uint32Array(this.bitWords), counts: new Uint32Array(this.stages.length) };
  }

  private write(share: number, { constant, bits, counts }: Part): CutRecord {
    this.words.f32(share);
    this.words.f32(constant);
    for (const word of bits) this.words.u32(word);
    return { index: this.size++, counts };
  }
}

/** A record before it is written. */
interface Part {
  constant: number;
  /** One bit per sender, lowest first. */
  readonly bits: Uint32Array;
  readonly counts: Uint32Array;
}
