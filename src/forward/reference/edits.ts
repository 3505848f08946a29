/** Edits of a site in float64: the operations, and values from vectors, noise and other runs. */
import type { ResolvedEdit } from '../request/resolved';
import { isRewrite, rewriteRow, rowKey } from '../request/rewrites';
import { knownValues } from '../request/values';
import { CLOSED } from '../../util/masked';

/** Tensors computed by earlier runs, by 'run/site', each [T, width] of its run. */
export type Kept = ReadonlyMap<string, Float64Array>;

/** What an edit reads besides its table: earlier runs, and the site's `beside` (see `Pass.at`). */
export interface EditInputs {
  readonly kept: Kept;
  readonly beside: Float64Array | undefined;
}

/** The columns of one head in one row that an edit changes, and what it reads there by column. */
export interface Selection {
  /** Within the tensor: x.subarray(begin, end). */
  readonly begin: number;
  readonly end: number;
  /** The source's value. */
  readonly v: (column: number) => number;
  /** The direction's. */
  readonly d: (column: number) => number;
  /** Whether the query sees this key. */
  readonly isSeen: (column: number) => boolean;
  /** Of the random numbers of a rewrite. */
  readonly key: number;
}

/** Visits all that an edit changes in a tensor [T, width]. */
export function forEachSelection(
  edit: ResolvedEdit,
  width: number,
  { kept, beside }: EditInputs,
  visit: (selection: Selection) => void,
): void {
  for (const [i, row] of edit.rows.entries()) {
    const scores = beside?.subarray(row * width, (row + 1) * width);
    const known = knownValues(edit, i);
    const computed = edit.source?.kind === 'unmasked' ? scores : computedRow(edit, i, width, kept);
    let done = 0;
    for (const [begin, end] of edit.spans) {
      const first = done;
      visit({
        begin: row * width + begin,
        end: row * width + end,
        v: (c) => {
          if (computed) return computed[begin + c]!;
          return typeof known === 'number' ? known : known![first + c]!;
        },
        d: (c) => edit.direction![(first + c) % edit.direction!.length]!,
        isSeen: (c) => scores![begin + c]! > CLOSED,
        key: isRewrite(edit.op) ? rowKey(edit, begin / (end - begin), row) : 0,
      });
      done += end - begin;
    }
  }
}

/** Changes x [T, width] in place. */
export function applyEdit(edit: ResolvedEdit, x: Float64Array, width: number, inputs: EditInputs): void {
  forEachSelection(edit, width, inputs, ({ begin, end, v, d, isSeen, key }) => {
    const cells = x.subarray(begin, end);
    if (isRewrite(edit.op)) rewriteRow(edit.op, cells, isSeen, key);
    else if (edit.op === 'project_out') moveAlong(cells, () => 0, v, edit.direction ? d : v);
    else if (edit.op === 'set_along') moveAlong(cells, v, d);
    else editCells(edit, cells, v);
  });
}

function editCells(edit: ResolvedEdit, x: Float64Array, v: (column: number) => number): void {
  const [lo, hi] = edit.range ?? [0, 0];
  for (const [c, old] of x.entries()) {
    if (edit.op === 'set') x[c] = v(c);
    else if (edit.op === 'add') x[c] = old + edit.alpha * v(c);
    else if (edit.op === 'scale') x[c] = edit.alpha * old;
    else if (edit.op === 'lerp') x[c] = (1 - edit.alpha) * old + edit.alpha * v(c);
    else if (edit.op === 'min') x[c] = Math.min(old, v(c));
    else x[c] = Math.min(Math.max(old, lo), hi);
  }
}

/** x += ((s - x).d)/(n.n) w; n = 0 changes nothing. */
export function moveAlong(
  x: Float64Array,
  s: (column: number) => number,
  d: (column: number) => number,
  w = d,
  n = d,
): void {
  let dot = 0;
  let norm = 0;
  for (const [c, value] of x.entries()) {
    dot += (s(c) - value) * d(c);
    norm += n(c) ** 2;
  }
  if (norm === 0) return;
  for (const c of x.keys()) x[c]! += (dot / norm) * w(c);
}

/** What row i of an edit takes from earlier runs, [width]; null if its values are known. */
function computedRow(
  { key, rows, source }: ResolvedEdit,
  i: number,
  width: number,
  kept: Kept,
): Float64Array | null {
  const read = (run: string, site: string, row: number): Float64Array =>
    kept.get(`${run}/${site}`)!.subarray(row * width, (row + 1) * width);
  if (source?.kind === 'run') return read(source.run, source.site!, source.rows?.[i] ?? rows[i]!);
  if (source?.kind !== 'mean') return null;
  const values = source.runs.map((run) => read(run, key, rows[i]!));
  return Float64Array.from({ length: width }, (_, c) => {
    return values.reduce((total, row) => total + row[c]!, 0) / values.length;
  });
}
