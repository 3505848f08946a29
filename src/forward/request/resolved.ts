/** Executable runs and edits: the output of `resolve.ts`, and the input of everything after it. */
import type { RowLayout, Site } from '../../model/siteKinds';
import type { Wgsl } from '../../util/code/wgsl';
import type { Callback, CutSource, EditOp, EditSource, MetricRow, RewriteKind } from './types';
import type { Frozen, LogitScalar } from './seeds';
import { cached } from '../../util/cached';

/** Columns [begin, end) of a site's row. */
export type Span = readonly [number, number];

/** The ops of edits, and those that masks (min: x = min(x, v)), rewrites and cuts become. */
export type ResolvedOp = EditOp | RewriteKind | 'min' | 'cut';

/** `unmasked`: the score of the same query and key if the model had no mask. */
export type ResolvedSource = EditSource | { readonly kind: 'unmasked' };

/** Contributions of senders whose outputs are in one site's tensor. */
export interface Term {
  readonly key: string;
  readonly site: Site;
  /** The stage that makes the tensor. */
  readonly stage: number;
  /**
   * First of each sender's D columns; for a neuron, the column of its activation, which is scaled
   * by its row of W_out.
   */
  readonly columns: readonly number[];
  readonly isNeuron: boolean;
}

export interface ResolvedCut {
  readonly terms: readonly Term[];
  /** The replaced share: 1 - beta. */
  readonly share: number;
  readonly source: CutSource;
}

export interface ResolvedEdit {
  /** Canonical site name: a block's output is the next block's `hook_resid_pre`. */
  readonly key: string;
  readonly site: Site;
  readonly rows: readonly number[];
  /** Absolute columns within a position's row: one span per head, or per head and key range. */
  readonly spans: readonly Span[];
  /** How the row is divided into heads; for scores and pattern, according to the run's keys. */
  readonly layout: RowLayout;
  readonly op: ResolvedOp;
  readonly alpha: number;
  readonly source: ResolvedSource | null;
  /** For clamp. */
  readonly range?: readonly [number, number];
  /** For set_along, and perhaps project_out: as long as one span, or as all of them. */
  readonly direction?: readonly number[];
  /** For snippet. */
  readonly code?: Wgsl;
  /** For rewrites with random numbers. */
  readonly seed?: number;
  readonly cut?: ResolvedCut;
  /** Whether it may let a query see a later key, and so reach positions before its own. */
  readonly looksAhead: boolean;
  /** The requested table row; edits inherited from one base share it. */
  readonly asked: object;
}

export interface ResolvedCapture {
  readonly key: string;
  readonly site: Site;
  readonly rows: readonly number[] | null;
  readonly heads: readonly number[] | null;
  readonly isMean: boolean;
  /** 1 returns every value. */
  readonly pool: number;
}

export interface ResolvedGradients {
  /** A cotangent names its site as a capture of it would. */
  readonly seed:
    | { readonly mean: readonly LogitScalar[] }
    | { readonly at: ResolvedCapture; readonly values: readonly number[] }
    | { readonly at: ResolvedCapture; readonly column: number };
  readonly of: readonly ResolvedCapture[];
  readonly frozen: Readonly<Record<Frozen, boolean>>;
}

export interface ResolvedRun {
  readonly id: string;
  /** Order in the request. */
  readonly index: number;
  readonly unit: string;
  /** Samples [begin, end), or null: one sequence under the run's own id. */
  readonly samples: readonly [number, number] | null;
  readonly tokens: readonly number[];
  /** Position of each token; the very array from `everyPosition` if all are the default. */
  readonly positions: readonly number[];
  readonly base: ResolvedRun | null;
  /** Edits inherited from the base chain, in order. */
  readonly inherited: readonly ResolvedEdit[];
  /** The run's own edits, applied after the inherited ones. */
  readonly own: readonly ResolvedEdit[];
  readonly captures: readonly ResolvedCapture[];
  readonly callbacks: readonly { readonly key: string; readonly site: Site; readonly fn: Callback['fn'] }[];
  readonly metric: MetricRow | null;
  readonly gradients: ResolvedGradients | null;
  /** Whether it has edits, masks, rewrites, cuts, positions or callbacks of its own. */
  readonly intervenes: boolean;
}

const flattened = new WeakMap<ResolvedRun, readonly ResolvedEdit[]>();

/** All edits of a run, inherited first; its variations share the list. */
export function allEdits(run: ResolvedRun): readonly ResolvedEdit[] {
  const { inherited, own } = run;
  if (inherited.length === 0) return own;
  if (own.length === 0) return inherited;
  return cached(flattened, run, () => [...inherited, ...own]);
}

const NONE: readonly string[] = [];

/** The earlier runs that a source reads. */
export function runsOf(source: ResolvedSource | CutSource | null): readonly string[] {
  return source?.kind === 'run' ? [source.run] : source?.kind === 'mean' ? source.runs : NONE;
}

/** The earlier runs that supply an edit's value, or a cut's replacement. */
export const sourcesOf = ({ cut, source }: ResolvedEdit) => runsOf(cut ? cut.source : source);

/** The earlier run, if any, with which the metric's row is compared. */
export function referencesOf({ metric }: Pick<ResolvedRun, 'metric'>): readonly string[] {
  return metric?.kl?.kind === 'run' ? [metric.kl.run] : [];
}
