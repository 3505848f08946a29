/** Runs and edits as they are carried out: what `resolve.ts` makes of a request, and everything after it reads. */
import type { RowLayout, Site } from '../../model/siteKinds';
import type { Wgsl } from '../../util/code/wgsl';
import type { Callback, CutSource, EditOp, EditSource, MetricRow, RewriteKind } from './types';

/** Columns [begin, end) of a site's row. */
export type Span = readonly [number, number];

/** What edits ask for, and what masks (min: x = min(x, v)), rewrites and cut edges come down to. */
export type ResolvedOp = EditOp | RewriteKind | 'min' | 'cut';

/** `unmasked`: the score of the same query and key as if the model had no mask. */
export type ResolvedSource = EditSource | { readonly kind: 'unmasked' };

/** Where contributions are read: of senders whose outputs lie in one site's tensor. */
export interface Term {
  readonly key: string;
  readonly site: Site;
  /** The stage in which that tensor is made. */
  readonly stage: number;
  /** Of each sender the first of its D columns; of a neuron the column of its activation, to be scaled by its row of W_out. */
  readonly columns: readonly number[];
  readonly isNeuron: boolean;
}

export interface ResolvedCut {
  readonly terms: readonly Term[];
  /** How much is replaced: 1 - beta. */
  readonly share: number;
  readonly source: CutSource;
}

export interface ResolvedEdit {
  /** Canonical site name: what leaves a block is `hook_resid_pre` of the next. */
  readonly key: string;
  readonly site: Site;
  readonly rows: readonly number[];
  /** Absolute columns within one position's row: one span per edited head, or per head and range of keys. */
  readonly spans: readonly Span[];
  /** How the row is made of heads; of scores and pattern, of the run's keys. */
  readonly layout: RowLayout;
  readonly op: ResolvedOp;
  readonly alpha: number;
  readonly source: ResolvedSource | null;
  /** Of clamp. */
  readonly range?: readonly [number, number];
  /** Of set_along: as long as one span, or as all of them. */
  readonly direction?: readonly number[];
  /** Of snippet. */
  readonly code?: Wgsl;
  /** Of rewrites with random numbers. */
  readonly seed?: number;
  /** Of cut. */
  readonly cut?: ResolvedCut;
  /** Whether it may let a query see a later key: then it reaches positions before its own. */
  readonly looksAhead: boolean;
  /** The row of a table as asked: identity tells edits inherited from one base apart from others. */
  readonly asked: object;
}

/** Earlier runs that a cut's replacement is read from. */
export function cutRuns({ source }: ResolvedCut): readonly string[] {
  if (source.kind === 'constant') return [];
  return source.kind === 'run' ? [source.run] : source.runs;
}

export interface ResolvedRun {
  readonly id: string;
  /** Order in the request. */
  readonly index: number;
  readonly unit: string;
  /** Samples [begin, end), or null: one sequence under the run's own id. */
  readonly samples: readonly [number, number] | null;
  readonly tokens: readonly number[];
  /** Position of each token; the very array of `everyPosition` where none is given another. */
  readonly positions: readonly number[];
  readonly base: ResolvedRun | null;
  /** Edits inherited from the base chain, in order. */
  readonly inherited: readonly ResolvedEdit[];
  /** The run's own edits, applied after the inherited ones. */
  readonly own: readonly ResolvedEdit[];
  readonly captures: readonly {
    readonly key: string;
    readonly site: Site;
    readonly rows: readonly number[] | null;
    readonly heads: readonly number[] | null;
    /** 1 for every value. */
    readonly pool: number;
  }[];
  readonly callbacks: readonly { readonly key: string; readonly site: Site; readonly fn: Callback['fn'] }[];
  readonly metric: MetricRow | null;
  /** Whether it asks for a change of its own: edits, masks, rewrites, cuts, positions or callbacks. */
  readonly intervenes: boolean;
}

const flattened = new WeakMap<ResolvedRun, readonly ResolvedEdit[]>();

/** All edits of a run, inherited first: one list for all that vary it. */
export function allEdits(run: ResolvedRun): readonly ResolvedEdit[] {
  const { inherited, own } = run;
  if (inherited.length === 0) return own;
  if (own.length === 0) return inherited;
  const all = flattened.get(run) ?? [...inherited, ...own];
  flattened.set(run, all);
  return all;
}

const NONE: readonly string[] = [];

/** The earlier runs that an edit takes its value from. */
export function sourcesOf({ cut, source }: ResolvedEdit): readonly string[] {
  if (cut) return cutRuns(cut);
  return source?.kind === 'run' ? [source.run] : source?.kind === 'mean' ? source.runs : NONE;
}

/** The earlier run, if any, that the metric's row is compared with. */
export function referencesOf({ metric }: Pick<ResolvedRun, 'metric'>): readonly string[] {
  return metric?.kl?.kind === 'run' ? [metric.kl.run] : [];
}
