/** The derivatives of edits, masks and rewrites: what they pass on of a gradient. */
import { forEachSelection, moveAlong, type Kept, type Selection } from '../edits';
import { isRewrite, rewriteRow } from '../../request/rewrites';
import type { AppliedEdit } from './pass';

/** g [T, width] after the edit -> before it. */
export function editBackward(
  { edit, before, beside }: AppliedEdit,
  g: Float64Array,
  width: number,
  kept: Kept,
): Float64Array {
  const out = g.slice();
  forEachSelection(edit, width, { kept, beside }, (selection) => {
    const { begin, end, v, d } = selection;
    const cells = out.subarray(begin, end);
    const x = before.subarray(begin, end);
    const [lo, hi] = edit.range ?? [0, 0];
    if (isRewrite(edit.op)) rewriteBackward(edit.op, cells, x, selection);
    else if (edit.op === 'project_out') moveAlong(cells, () => 0, edit.direction ? d : v, v, v);
    else if (edit.op === 'set_along') moveAlong(cells, () => 0, d);
    else if (edit.op === 'set') cells.fill(0);
    else if (edit.op === 'scale') multiply(cells, () => edit.alpha);
    else if (edit.op === 'lerp') multiply(cells, () => 1 - edit.alpha);
    else if (edit.op === 'clamp') multiply(cells, (c) => (x[c]! >= lo && x[c]! <= hi ? 1 : 0));
    else if (edit.op === 'min') multiply(cells, (c) => (x[c]! < v(c) ? 1 : 0));
  });
  return out;
}

/** What an 'allow' mask takes from the scores without a mask: g where it set them, 0 elsewhere. */
export function taken(
  { edit, beside }: AppliedEdit,
  g: Float64Array,
  width: number,
  kept: Kept,
): Float64Array {
  const out = new Float64Array(g.length);
  forEachSelection(edit, width, { kept, beside }, ({ begin, end }) => {
    out.set(g.subarray(begin, end), begin);
  });
  return out;
}

function multiply(g: Float64Array, factor: (column: number) => number): void {
  for (const c of g.keys()) g[c]! *= factor(c);
}

/** g: one query's row of one head, changed in place; a: its pattern before the rewrite. */
function rewriteBackward(
  kind: 'uniform' | 'reversed' | 'shuffled' | 'random',
  g: Float64Array,
  a: Float64Array,
  { isSeen, key }: Selection,
): void {
  const after = g.slice();
  g.fill(0);
  if (kind === 'shuffled') {
    // Shuffles the keys themselves, to see whose weight each one took.
    const from = Float64Array.from(a.keys());
    rewriteRow(kind, from, isSeen, key);
    for (const s of a.keys()) if (isSeen(s)) g[from[s]!] = after[s]!;
  }
  if (kind === 'reversed') reversedBackward(g, after, a, Array.from(a.keys()).filter(isSeen));
}

/** b = (max(a) - a) / sum(max(a) - a) over the keys; g, zeros before, receives d / d a. */
function reversedBackward(
  g: Float64Array,
  after: Float64Array,
  a: Float64Array,
  keys: readonly number[],
): void {
  const largest = keys.reduce((most, s) => (a[s]! > a[most]! ? s : most), keys[0]!);
  const total = keys.reduce((sum, s) => sum + a[largest]! - a[s]!, 0);
  if (!(total > 0)) {
    for (const s of keys) g[s] = after[s]!;
    return;
  }
  const mean = keys.reduce((sum, s) => sum + (after[s]! * (a[largest]! - a[s]!)) / total, 0);
  for (const s of keys) {
    const slope = (after[s]! - mean) / total;
    g[s]! -= slope;
    g[largest]! += slope;
  }
}
