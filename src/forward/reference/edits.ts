/** Edits of a site in float64: the operations, and values from vectors, noise and other runs. */
import type { ResolvedEdit } from '../request/resolved';
import { isRewrite, rewriteRow, rowKey } from '../request/rewrites';
import { knownValues } from '../request/values';
import { CLOSED } from '../../util/masked';

/** Tensors computed by earlier runs, by 'run/site', each [T, width] of its run. */
export type Kept = ReadonlyMap<string, Float64Array>;

/** Changes x [T, width] in place. `beside` is as in `Pass.at`, for the edits that read it. */
export function applyEdit(
  edit: ResolvedEdit,
  x: Float64Array,
  width: number,
  kept: Kept,
  beside?: Float64Array,
): void {
  for (const [i, row] of edit.rows.entries()) {
    const rowOf = (tensor: Float64Array, r: number) => tensor.subarray(r * width, (r + 1) * width);
    const [here, scores] = [rowOf(x, row), beside && rowOf(beside, row)];
    const known = knownValues(edit, i);
    const computed = edit.source?.kind === 'unmasked' ? scores : computedRow(edit, i, width, kept);
    let done = 0;
    for (const [begin, end] of edit.spans) {
      const cells = here.subarray(begin, end);
      const v = (c: number): number => {
        if (computed) return computed[begin + c]!;
        return typeof known === 'number' ? known : known![done + c]!;
      };
      if (isRewrite(edit.op)) {
        const isSeen = (c: number) => scores![begin + c]! > CLOSED;
        rewriteRow(edit.op, cells, isSeen, rowKey(edit, begin / cells.length, row));
      } else editSpan(edit, cells, v, (c) => edit.direction![(done + c) % edit.direction!.length]!);
      done += cells.length;
    }
  }
}

/**
 * x: the selected columns of one head in one row; v and d: the source's values and the direction's,
 * by column.
 */
function editSpan(
  edit: ResolvedEdit,
  x: Float64Array,
  v: (column: number) => number,
  d: (column: number) => number,
): void {
  if (edit.op === 'project_out') moveAlong(x, () => 0, v);
  else if (edit.op === 'set_along') moveAlong(x, v, d);
  else editCells(edit, x, v);
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

/** x += ((s - x).d)/(d.d) d; a zero direction changes nothing. */
function moveAlong(x: Float64Array, s: (column: number) => number, d: (column: number) => number): void {
  let dot = 0;
  let norm = 0;
  for (const [c, value] of x.entries()) {
    dot += (s(c) - value) * d(c);
    norm += d(c) ** 2;
  }
  if (norm === 0) return;
  for (const c of x.keys()) x[c]! += (dot / norm) * d(c);
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
