/**
 * One requested edit -> one executable edit: canonical site name, expanded rows and columns,
 * checked numbers. Anything wrong with an edit is refused here, in one sentence.
 */
import { canonicalKey, headAxisOf, rowLayout } from '../../model/sites';
import type { Site } from '../../model/siteKinds';
import type { ModelSpec } from '../../model/spec';
import { checkHead, checkNumbers, checkRows, checkSeed } from './checks';
import { type ResolvedEdit, runsOf, type Span } from './resolved';
import { checkSourceRows } from './sourceRows';
import { checkSnippet } from './snippet';
import type { CutSource, Edit, EditOp, EditSource } from './types';
import { named, quoted } from '../../util/parse';
import { range } from '../../util/range';

/** Earlier runs by id, as far as an edit's source needs them. */
export type EarlierRuns = ReadonlyMap<string, { readonly tokens: readonly number[] }>;

/** The run that the edit belongs to. */
export interface EditedRun {
  readonly spec: ModelSpec;
  readonly id: string;
  /** Number of tokens. */
  readonly T: number;
  readonly site: (name: string) => Site;
  readonly earlier: EarlierRuns;
}

export function resolveEdit(run: EditedRun, edit: Edit): ResolvedEdit {
  const { spec, id, T, site } = run;
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
  const chosen = edit.head === undefined ? range(0, heads) : [edit.head];
  const spans: Span[] = chosen.map((h) => [h * perHead + begin, h * perHead + end]);
  const alpha = edit.alpha ?? 1;
  checkNumbers(where, 'alpha', [alpha]);
  checkOperands(where, edit, end - begin, spans.length);
  if (edit.source) {
    checkSource(where, edit.source, [edit.rows.length, spans.length, end - begin]);
    checkSourceRuns(where, edit.source, run.earlier, T);
  }
  return {
    key: canonicalKey(spec, at),
    site: at,
    rows: edit.rows,
    spans,
    layout,
    op: edit.op,
    alpha,
    source: normalizeSource(run, where, edit),
    ...(edit.range ? { range: edit.range } : {}),
    ...(edit.direction ? { direction: edit.direction } : {}),
    ...(edit.code === undefined ? {} : { code: checkSnippet(where, edit.code) }),
    looksAhead: at.axes.includes('S') && edit.rows.some((row) => row < end - 1),
    asked: edit,
  };
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
/** Those that it may have, too. */
const OPTIONAL: Partial<Record<EditOp, 'direction'>> = { project_out: 'direction' };

/** Each op must have the operands that it uses, and no other. */
function checkOperands(where: string, edit: Edit, perHead: number, heads: number): void {
  const { op, range, direction, source } = edit;
  const needed = OPERANDS[op];
  if (!needed) {
    const known = Object.keys(OPERANDS).join(', ');
    throw new Error(`${where}: unknown op, got ${quoted(op)}, expected one of ${known}.`);
  }
  for (const what of ['source', 'range', 'direction', 'code'] as const) {
    const isNeeded = needed.includes(what);
    if (OPTIONAL[op] !== what && (edit[what] !== undefined) !== isNeeded)
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
  const read = source?.kind === 'vector' ? source.values.length : 0;
  if (op === 'project_out' && read !== direction.length)
    throw new Error(
      `${where}: source of a projection with a direction, got ${read} numbers, expected a vector of ${direction.length}.`,
    );
}

/** A 'run' source without a site refers to the edit's own site; names become canonical keys. */
function normalizeSource(
  { spec, T, site, earlier }: EditedRun,
  where: string,
  { site: name, rows, source }: Edit,
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

/** `selected`: the rows, heads and columns that the edit changes. */
function checkSource(where: string, source: EditSource, selected: readonly [number, number, number]): void {
  const [rows, heads, columns] = selected;
  const sizes = [columns, columns * heads, columns * heads * rows];
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
}

/** A source's runs: at least one, known, and as long as this one unless the source lists rows. */
export function checkSourceRuns(
  where: string,
  source: EditSource | CutSource,
  earlier: EarlierRuns,
  T: number,
): void {
  const runs = runsOf(source);
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
