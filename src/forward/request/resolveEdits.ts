/**
 * One edit as asked -> one edit as carried out: the site's canonical name, rows and columns expanded, numbers checked.
 * Whatever can be wrong with an edit is refused here, in one sentence.
 */
import { type RowLayout, type Site, headAxisOf, rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { Wgsl } from '../../util/code/wgsl';
import { checkSourceRows } from './sourceRows';
import { checkSnippet } from './snippet';
import type { CutSource, Edit, EditOp, EditSource, RewriteKind } from './types';
import { named, quoted } from '../../util/parse';

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

/** Runs by id, as far as an edit's source must know them. */
export type EarlierRuns = ReadonlyMap<string, { readonly tokens: readonly number[] }>;

/**
 * One tensor under two names, known by the latter: what leaves block l is `resid_pre[l+1]`. It is `resid_post[l]`, or
 * its norm's output where the norm stands on the stream (placement 'post').
 */
export function canonicalKey(spec: ModelSpec, site: Site): string {
  const leaving = spec.placement === 'post' ? 'hook_normalized_resid_post' : 'hook_resid_post';
  if (site.kind === leaving && site.layer! < spec.nLayers - 1)
    return `blocks.${site.layer! + 1}.hook_resid_pre`;
  return site.name;
}

export function resolveEdit(
  spec: ModelSpec,
  id: string,
  edit: Edit,
  T: number,
  site: (name: string) => Site,
  earlier: EarlierRuns,
): ResolvedEdit {
  const at = site(edit.site);
  const where = `run ${quoted(id)}: edit of ${named(edit.site)}`;
  checkRows(where, edit.rows, T);
  const layout = rowLayout(spec, at, T);
  const { heads, perHead } = layout;
  if (edit.head !== undefined) checkHead(where, edit.head, headAxisOf(at) ? heads : 0);
  const [begin, end] = edit.columns ?? [0, perHead];
  if (!(Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && begin < end && end <= perHead)) {
    throw new Error(
      `${where}: columns out of range, got [${begin}, ${end}), expected within [0, ${perHead}).`,
    );
  }
  const chosen = edit.head === undefined ? Array.from({ length: heads }, (_, h) => h) : [edit.head];
  const spans: Span[] = chosen.map((h) => [h * perHead + begin, h * perHead + end]);
  const alpha = edit.alpha ?? 1;
  checkNumbers(where, 'alpha', [alpha]);
  checkOperands(where, edit, end - begin, spans.length);
  if (edit.source) checkSource(where, edit.source, edit.rows, end - begin, spans.length, earlier, T);
  return {
    key: canonicalKey(spec, at),
    site: at,
    rows: edit.rows,
    spans,
    layout,
    op: edit.op,
    alpha,
    source: normalizeSource(spec, where, edit, site, earlier, T),
    ...(edit.range ? { range: edit.range } : {}),
    ...(edit.direction ? { direction: edit.direction } : {}),
    ...(edit.code === undefined ? {} : { code: checkSnippet(where, edit.code) }),
    looksAhead: at.axes.includes('S') && edit.rows.some((row) => row < end - 1),
    asked: edit,
  };
}

/** Positions: in range, none twice, at least one. */
export function checkRows(where: string, rows: readonly number[], T: number): void {
  const bad = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= T);
  if (bad !== undefined)
    throw new Error(`${where}: row out of range, got ${bad}, expected 0..${T - 1} (absolute positions).`);
  if (rows.length === 0) throw new Error(`${where}: no rows, expected at least one position.`);
  const twice = rows.find((row, i) => rows.indexOf(row) !== i);
  if (twice !== undefined)
    throw new Error(`${where}: row ${twice} is given twice, expected each position once.`);
}

/** `heads` is 0 where the site has none. */
export function checkHead(where: string, head: number, heads: number): void {
  if (Number.isInteger(head) && head >= 0 && head < heads) return;
  const expected = heads > 0 ? `0..${heads - 1}` : 'no head (this site has none)';
  throw new Error(`${where}: head out of range, got ${head}, expected ${expected}.`);
}

/** Heads: in range, none twice, at least one. */
export function checkHeads(where: string, chosen: readonly number[], heads: number): void {
  if (chosen.length === 0) throw new Error(`${where}: no heads, expected at least one.`);
  for (const head of chosen) checkHead(where, head, heads);
  const twice = chosen.find((head, i) => chosen.indexOf(head) !== i);
  if (twice !== undefined)
    throw new Error(`${where}: head ${twice} is given twice, expected each head once.`);
}

export function checkNumbers(where: string, what: string, values: readonly number[]): void {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new Error(`${where}: ${what} must be finite, got ${bad}.`);
}

export function checkSeed(where: string, seed: number | undefined): void {
  if (seed !== undefined && Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff) return;
  throw new Error(`${where}: seed out of range, got ${seed}, expected an integer from 0 to 4294967295.`);
}

/** The operands of each op, besides alpha. */
const OPERANDS: Readonly<Record<EditOp, readonly ('source' | 'range' | 'direction' | 'code')[]>> = {
  set: ['source'],
  add: ['source'],
  scale: [],
  lerp: ['source'],
  clamp: ['range'],
  project_out: ['source'],
  set_along: ['source', 'direction'],
  snippet: ['code'],
};

/** Each op has exactly the operands that it uses. */
function checkOperands(where: string, edit: Edit, perHead: number, heads: number): void {
  const { op, range, direction } = edit;
  const needed = OPERANDS[op];
  if (!needed) {
    const known = Object.keys(OPERANDS).join(', ');
    throw new Error(`${where}: unknown op, got ${quoted(op)}, expected one of ${known}.`);
  }
  for (const what of ['source', 'range', 'direction', 'code'] as const) {
    const isNeeded = needed.includes(what);
    if ((edit[what] !== undefined) !== isNeeded)
      throw new Error(`${where}: op ${quoted(op)} ${isNeeded ? 'needs a' : 'takes no'} ${what}.`);
  }
  if (range) {
    checkNumbers(where, 'range', range);
    if (range[0] > range[1])
      throw new Error(
        `${where}: range, got [${range.join(', ')}], expected the smaller number first. Swap them.`,
      );
  }
  if (!direction) return;
  checkNumbers(where, 'direction', direction);
  if (direction.length !== perHead && direction.length !== perHead * heads) {
    const expected = [...new Set([perHead, perHead * heads])].join(' or ');
    throw new Error(`${where}: direction has ${direction.length} numbers, expected ${expected}.`);
  }
  if (direction.every((value) => value === 0))
    throw new Error(`${where}: direction is zero, expected a number other than 0 in it.`);
}

/** A 'run' source without a site means the edit's own site; names become canonical keys. */
function normalizeSource(
  spec: ModelSpec,
  where: string,
  { site: name, rows, source }: Edit,
  site: (name: string) => Site,
  earlier: EarlierRuns,
  T: number,
): EditSource | null {
  if (source?.kind !== 'run') return source ?? null;
  const at = site(name);
  const from = source.site === undefined ? at : site(source.site);
  const [ours, theirs] = [rowLayout(spec, at, T), rowLayout(spec, from, T)];
  if (ours.heads !== theirs.heads || ours.perHead !== theirs.perHead) {
    throw new Error(
      `${where}: source site ${from.name} has rows of ${theirs.heads} x ${theirs.perHead}, expected ${ours.heads} x ${ours.perHead}.`,
    );
  }
  const lengths = { ours: T, theirs: earlier.get(source.run)!.tokens.length };
  const checked = checkSourceRows(where, source, { rows, ...lengths, sites: [at, from] });
  return { ...checked, site: canonicalKey(spec, from) };
}

function checkSource(
  where: string,
  source: EditSource,
  rows: readonly number[],
  perHead: number,
  heads: number,
  earlier: EarlierRuns,
  T: number,
): void {
  const sizes = [perHead, perHead * heads, perHead * heads * rows.length];
  if (source.kind === 'constant') checkNumbers(where, 'constant', [source.value]);
  if (source.kind === 'vector') checkNumbers(where, 'vector', source.values);
  if (source.kind === 'noise') {
    checkNumbers(where, 'noise scale', [source.scale]);
    checkSeed(where, source.seed);
    if (!Number.isInteger(source.draw) || source.draw < 0)
      throw new Error(`${where}: noise draw, got ${source.draw}, expected 0 or a larger integer.`);
  }
  if (source.kind === 'vector' && !sizes.includes(source.values.length)) {
    const expected = [...new Set(sizes)].join(' or ');
    throw new Error(
      `${where}: vector has ${source.values.length} values, expected ${expected} (columns, or heads x columns, or rows x heads x columns).`,
    );
  }
  checkSourceRuns(where, source, earlier, T);
}

/** Runs that a source names: at least one, known, and as long as this one unless the source says which rows it takes. */
export function checkSourceRuns(
  where: string,
  source: EditSource | CutSource,
  earlier: EarlierRuns,
  T: number,
): void {
  const runs = source.kind === 'run' ? [source.run] : source.kind === 'mean' ? source.runs : [];
  if (source.kind === 'mean' && runs.length === 0)
    throw new Error(`${where}: mean over no runs, expected at least one.`);
  for (const run of runs) {
    const from = earlier.get(run);
    if (!from)
      throw new Error(`${where}: unknown source run, got ${quoted(run)}, expected an earlier run's id.`);
    if (from.tokens.length !== T && !('rows' in source && source.rows)) {
      throw new Error(
        `${where}: source run '${run}' has ${from.tokens.length} tokens, expected ${T}. Prompts must have equal length.`,
      );
    }
  }
}
