/** Records of bit masks as kernels read them: how much of each sender that is cut is taken away, and which those are. */
import { RECORD_WORDS } from '../../gpu/kernels/cuts';
import type { ResolvedCut, ResolvedEdit } from '../request/resolved';
import { Words } from './words';

/** Senders whose outputs lie in one site's tensor. */
export interface SendersAt {
  readonly key: string;
  /** The stage in which that tensor is made. */
  readonly stage: number;
  /** Number of the first of them: among all senders, or of neurons in their block. */
  readonly first: number;
  readonly count: number;
  /** Among the sites of its records. */
  readonly index: number;
  /** Block of whose MLP these are neurons, or null. */
  readonly neuronsOf: number | null;
}

/** What is cut by the same share. */
export interface CutRecord {
  /** Its place in the table; 0 cuts nothing. */
  readonly index: number;
  /** By site, of how many senders. */
  readonly counts: Uint32Array;
}

const NONE: readonly CutRecord[] = [];

/** The records of one kind of senders; a set of cuts that many rows and runs have is one record. */
export class CutRecords {
  private readonly words: Words;
  private readonly known = new Map<string, readonly CutRecord[]>();
  private readonly alone = new Map<ResolvedEdit, readonly CutRecord[]>();
  private readonly numbers = new Map<ResolvedEdit, number>();
  private size = 0;
  private readonly byKey: ReadonlyMap<string, SendersAt>;
  /** By site, when it is made. */
  readonly stages: readonly number[];

  /**
   * `table`: the id under which kernels read them; `sites`: the senders, each of `width` columns; `hasConstants`: whether these
   * records say what constants put in place of senders, of whatever kind.
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

  /** u32 words of one record's bits. */
  readonly bitWords: number;

  /** How many sites. */
  get sites(): number {
    return this.stages.length;
  }

  get data(): Uint32Array {
    return this.words.data;
  }

  /** Of cuts into one receiver: one record for each share, in the order in which the cuts first name it. */
  of(edits: readonly ResolvedEdit[]): readonly CutRecord[] {
    if (edits.length === 0) return NONE;
    return edits.length === 1 ? this.ofOne(edits) : this.ofMany(edits);
  }

  private ofOne(edits: readonly ResolvedEdit[]): readonly CutRecord[] {
    let found = this.alone.get(edits[0]!);
    if (!found) {
      found = this.make(edits);
      this.alone.set(edits[0]!, found);
    }
    return found;
  }

  private ofMany(edits: readonly ResolvedEdit[]): readonly CutRecord[] {
    const name = edits.map((edit) => this.numberOf(edit)).join();
    const found = this.known.get(name) ?? this.make(edits);
    this.known.set(name, found);
    return found;
  }

  private numberOf(edit: ResolvedEdit): number {
    const number = this.numbers.get(edit) ?? this.numbers.size;
    this.numbers.set(edit, number);
    return number;
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
      // Of neurons, too, with the other senders.
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
    return { constant: 0, bits: new Uint32Array(this.bitWords), counts: new Uint32Array(this.sites) };
  }

  private write(share: number, { constant, bits, counts }: Part): CutRecord {
    this.words.f32(share);
    this.words.f32(constant);
    for (const word of bits) this.words.u32(word);
    return { index: this.size++, counts };
  }
}

/** A record that is not written yet. */
interface Part {
  constant: number;
  /** One bit per sender, the lowest first. */
  readonly bits: Uint32Array;
  readonly counts: Uint32Array;
}
