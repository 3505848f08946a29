/**
 * Edits of one site as the tables that the `edit` and `project` kernels read: one entry per (edit, row, span),
 * grouped so that entries of one dispatch never overlap and read at most one source tensor.
 */
import { EDIT_OPS, ENTRY_WORDS, NO_LOW_PART, VALUE_KINDS } from '../gpu/kernels/edits';
import type { ResolvedEdit } from './resolve';
import { knownValues } from './values';

/** Where one position's row of the site's tensor begins: element offset of its first column. */
export interface EditTarget {
  readonly edit: ResolvedEdit;
  /** Index into edit.rows, for sources that have values per row. */
  readonly rowIndex: number;
  /** Element offset of the row's first column in x. */
  readonly offset: number;
  /** Tensor of the source's values and the element offset of its row's first column; null for known values. */
  readonly source: { readonly tensor: string; readonly offset: number } | null;
  /** Edits of one round do not overlap; rounds are dispatched in order. */
  readonly round: number;
}

export interface EditTable {
  readonly kernel: 'edit' | 'project';
  readonly source: string | null;
  readonly entries: Uint32Array;
  readonly values: Float32Array;
  readonly count: number;
  readonly maxCols: number;
}

/** Tables in the order in which they must be dispatched. */
export function buildEditTables(targets: readonly EditTarget[]): EditTable[] {
  const groups = new Map<string, EditTarget[]>();
  for (const target of [...targets].sort((a, b) => a.round - b.round)) {
    const kernel = target.edit.op === 'project_out' ? 'project' : 'edit';
    const key = `${target.round}|${kernel}|${target.source?.tensor ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(target);
    else groups.set(key, [target]);
  }
  return [...groups.values()].map(buildTable);
}

function buildTable(targets: readonly EditTarget[]): EditTable {
  const entries: number[] = [];
  const values: number[] = [];
  const constants = new Map<number, number>();
  const alphaBits = new Uint32Array(1);
  const alphaView = new Float32Array(alphaBits.buffer);
  let maxCols = 0;

  const push = (numbers: Iterable<number>): number => {
    const offset = values.length;
    for (const value of numbers) values.push(value);
    return offset;
  };
  const constant = (value: number): number => {
    const at = constants.get(value) ?? push([value]);
    constants.set(value, at);
    return at;
  };

  for (const { edit, rowIndex, offset, source } of targets) {
    const known = knownValues(edit, rowIndex);
    alphaView[0] = edit.alpha;
    // An exact float64 sum needs the part of v that float32 cannot hold.
    const exact = edit.op === 'add' && edit.alpha === 1 && known instanceof Float64Array;
    const first = known instanceof Float64Array ? push(known.map(Math.fround)) : 0;
    const low = exact ? push(known.map((v) => v - Math.fround(v))) : 0;
    let done = 0;
    for (const [begin, end] of edit.spans) {
      const columns = end - begin;
      maxCols = Math.max(maxCols, columns);
      const op = edit.op === 'project_out' ? EDIT_OPS.set : EDIT_OPS[edit.op];
      const head = [offset + begin, columns, op];
      if (source)
        entries.push(...head, VALUE_KINDS.source, source.offset + begin, NO_LOW_PART, 1, alphaBits[0]!);
      else if (edit.op === 'scale') entries.push(...head, VALUE_KINDS.none, 0, NO_LOW_PART, 0, alphaBits[0]!);
      else if (typeof known === 'number')
        entries.push(...head, VALUE_KINDS.values, constant(known), NO_LOW_PART, 0, alphaBits[0]!);
      else
        entries.push(
          ...head,
          VALUE_KINDS.values,
          first + done,
          exact ? low + done : NO_LOW_PART,
          1,
          alphaBits[0]!,
        );
      done += columns;
    }
  }
  return {
    kernel: targets[0]!.edit.op === 'project_out' ? 'project' : 'edit',
    source: targets[0]!.source?.tensor ?? null,
    entries: Uint32Array.from(entries),
    values: Float32Array.from(values.length > 0 ? values : [0]),
    count: entries.length / ENTRY_WORDS,
    maxCols,
  };
}

/** Round of each of one run's edits at one site: an edit comes after those before it that touch the same cells. */
export function editRounds(edits: readonly ResolvedEdit[]): number[] {
  const rounds: number[] = [];
  for (const [i, edit] of edits.entries()) {
    let round = 0;
    for (let j = 0; j < i; j++) if (overlaps(edits[j]!, edit)) round = Math.max(round, rounds[j]! + 1);
    rounds.push(round);
  }
  return rounds;
}

function overlaps(a: ResolvedEdit, b: ResolvedEdit): boolean {
  return (
    a.rows.some((row) => b.rows.includes(row)) &&
    a.spans.some(([begin, end]) => b.spans.some(([from, to]) => begin < to && from < end))
  );
}
