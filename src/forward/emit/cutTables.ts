/**
 * Cuts of one receiver's site as the tables that the `cut` kernels read: entries grouped by the tensor that they read, so
 * that entries of one dispatch never overlap, and the terms that all of them point to. Typed arrays: a set of cuts may
 * name every edge of a model in many runs.
 */
import { CUT_WORDS, TERM_WORDS } from '../../gpu/kernels/edits';
import { Words } from './words';

/** What is read of one tensor, and when: groups are carried out in the order of stage, key, role and turn. */
export interface CutSource {
  readonly tensor: string;
  /** The stage in which the senders write, and their site. */
  readonly stage: number;
  readonly key: string;
  /** 0: the contribution that is taken away; 1: what comes in its place. */
  readonly role: 0 | 1;
  /** Of several runs read at one key for one row of a receiver: which one. */
  readonly turn: number;
  /** Block of whose MLP these are neurons, or null. */
  readonly neuronsOf: number | null;
}

export interface CutGroup extends CutSource {
  readonly entries: Uint32Array;
  readonly count: number;
  /** Terms of all entries together. */
  readonly work: number;
}

/** Consecutive terms. */
interface TermList {
  readonly first: number;
  readonly count: number;
}

class CutEntries {
  private readonly words = new Words();
  private work = 0;

  constructor(private readonly source: CutSource) {}

  /** `place` and `row`: element offsets in x and in the source. */
  add(place: number, row: number, { first, count }: TermList, constant: number): void {
    const { words } = this;
    words.u32(place);
    words.u32(row);
    words.u32(first);
    words.u32(count);
    words.f32(constant);
    this.work += count;
  }

  done(): CutGroup {
    const { data } = this.words;
    return { ...this.source, entries: data, count: data.length / CUT_WORDS, work: this.work };
  }
}

export class CutTables {
  private readonly words = new Words();
  private readonly open = new Map<string, CutEntries>();

  get terms(): Uint32Array {
    return this.words.data;
  }

  /** Weighted columns, in this order. */
  list(parts: readonly { readonly columns: readonly number[]; readonly weight: number }[]): TermList {
    const first = this.words.length / TERM_WORDS;
    for (const { columns, weight } of parts) {
      for (const column of columns) {
        this.words.u32(column);
        this.words.f32(weight);
      }
    }
    return { first, count: this.words.length / TERM_WORDS - first };
  }

  /** The entries that read `source`. */
  group({ tensor, key, role, turn, ...rest }: CutSource): CutEntries {
    const name = `${tensor}|${key}|${role}|${turn}`;
    let group = this.open.get(name);
    if (!group) {
      group = new CutEntries({ tensor, key, role, turn, ...rest });
      this.open.set(name, group);
    }
    return group;
  }

  /** In the order in which they must be dispatched: for one row of a receiver it is the same in every kind of sweep. */
  groups(): CutGroup[] {
    const order = (a: CutSource, b: CutSource): number =>
      a.stage - b.stage || a.key.localeCompare(b.key) || a.role - b.role || a.turn - b.turn;
    return [...this.open.values()].map((entries) => entries.done()).sort(order);
  }
}
