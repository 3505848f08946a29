/**
 * What a sweep's cuts read: turns of replacements, the rows that they are made for, and the tensors of
 * deltas.
 */
import type { ResolvedEdit } from '../request/resolved';
import type { CutSource } from '../request/types';
import type { Member } from '../plan/sweep';
import type { CutRecords, SendersAt } from './cutRecords';
import type { Place, RowMap } from './rows';

/** Deltas of several senders in one tensor, [rows, width]; for neurons, of their activations. */
export interface DeltaTensor {
  readonly id: string;
  readonly sites: readonly SendersAt[];
  readonly first: number;
  readonly senders: number;
  readonly width: number;
  readonly rows: number;
  /** Which senders are cut; neurons have a table of their own. */
  readonly records: CutRecords;
}

/** A source that is read on the device. */
export type ReplacingSource = Exclude<CutSource, { readonly kind: 'constant' }>;

/** Members with the same replacement: the same samples of the same runs. */
export interface ReplacedAlike {
  readonly members: readonly Member[];
  /** The tensors whose senders are replaced. */
  readonly keys: ReadonlySet<string>;
}

/** The replacements that members read. A member has a turn for each source of its cuts. */
export interface Turn {
  readonly index: number;
  /** By member; null: no cut in this turn. */
  readonly sources: readonly (CutSource | null)[];
  /**
   * By member, rows of the base's deltas: position t of sample s is in row first + s * step + t;
   * null for members without a base.
   */
  readonly bases: readonly (Place | null)[];
  readonly baseRows: number;
  /** Indices of members that make the base rows; of several that share them, the first. */
  readonly makers: ReadonlySet<number>;
  readonly groups: readonly ReplacedAlike[];
  /** All senders except neurons, in order. */
  readonly tensors: readonly DeltaTensor[];
  readonly records: CutRecords;
  /** One for each block with cut neurons. */
  readonly neurons: readonly DeltaTensor[];
  /** Senders whose deltas of base rows have been made. */
  readonly made: Set<string>;
}

export interface CutPlan {
  readonly turns: readonly Turn[];
  /** Rows numbered as if none were dropped. */
  readonly rows: RowMap;
  /** Number of rows present, by stage. */
  readonly countAt: readonly number[];
  readonly turnOf: (member: Member, edit: ResolvedEdit) => number;
  /** Equal numbers: members whose turns have the same order. */
  readonly orderOf: (member: Member) => number;
  /** A number identifying each list. */
  readonly numberOf: (list: readonly unknown[]) => number;
}
