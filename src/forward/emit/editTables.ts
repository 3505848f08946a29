/**
 * Edits of one site as the tables that the `edit`, `project`, `rewrite` and `snippet` kernels read: one entry per (edit, row,
 * span), grouped so that entries of one dispatch never overlap and read at most one source tensor.
 */
import {
  EDIT_OPS,
  ENTRY_WORDS,
  NO_LOW_PART,
  REWRITE_KINDS,
  REWRITE_WORDS,
  SNIPPET_WORDS,
  VALUE_KINDS,
} from '../../gpu/kernels/edits';
import type { ResolvedEdit, ResolvedOp, Span } from '../request/resolveEdits';
import { isRewrite, rowKey } from '../request/rewrites';
import { knownValues } from '../request/values';
import type { Wgsl } from '../../util/code/wgsl';

/** Element of a tensor that holds a column of one row. */
type Place = (column: number) => number;

/**
 * Columns of one row that begins at element `offset`: `perHead` of each head, whose columns lie `stored` apart. Those
 * differ for scores and pattern of a run that is shorter than the longest of its sweep.
 */
export function columnsAt(offset: number, perHead: number, stored: number): Place {
  if (perHead === stored) return (column) => offset + column;
  return (column) => offset + Math.floor(column / perHead) * stored + (column % perHead);
}

/** One row of an edit, and where it lies. */
export interface EditTarget {
  readonly edit: ResolvedEdit;
  /** Index into edit.rows, for sources that have values per row. */
  readonly rowIndex: number;
  /** In x. */
  readonly at: Place;
  /** Where the source's values are; null for known values. */
  readonly source: { readonly tensor: string; readonly at: Place } | null;
  /** Edits of one round do not overlap; rounds are dispatched in order. */
  readonly round: number;
}

type TableKernel = 'edit' | 'project' | 'rewrite' | 'snippet';

const WORDS = {
  edit: ENTRY_WORDS,
  project: ENTRY_WORDS,
  rewrite: REWRITE_WORDS,
  snippet: SNIPPET_WORDS,
} as const;

export interface EditTable {
  readonly kernel: TableKernel;
  readonly source: string | null;
  /** A user's WGSL, of kernel `snippet`. */
  readonly code?: Wgsl;
  readonly entries: Uint32Array;
  readonly values: Float32Array;
  readonly count: number;
  readonly maxCols: number;
}

/** Tables in the order in which they must be dispatched. */
export function buildEditTables(targets: readonly EditTarget[]): EditTable[] {
  const groups = new Map<string, EditTarget[]>();
  for (const target of [...targets].sort((a, b) => a.round - b.round)) {
    const { op, code = '' } = target.edit;
    const key = `${target.round}|${kernelOf(op)}|${target.source?.tensor ?? ''}|${code}`;
    const group = groups.get(key);
    if (group) group.push(target);
    else groups.set(key, [target]);
  }
  return [...groups.values()].map(buildTable);
}

function kernelOf(op: ResolvedOp): TableKernel {
  if (isRewrite(op)) return 'rewrite';
  if (op === 'snippet') return 'snippet';
  return op === 'project_out' || op === 'set_along' ? 'project' : 'edit';
}

/** The numbers that a table's entries point to. */
class Values {
  readonly list: number[] = [];
  private readonly constants = new Map<number, number>();
  private readonly vectors = new Map<readonly number[], { readonly at: number; low: number | null }>();

  push(numbers: Iterable<number>): number {
    const offset = this.list.length;
    for (const value of numbers) this.list.push(value);
    return offset;
  }

  constant(value: number): number {
    const at = this.constants.get(value) ?? this.push([value]);
    this.constants.set(value, at);
    return at;
  }

  /** One copy serves all rows of an edit, and all edits with this list. `low`: what float32 cannot hold, if wanted. */
  vector(values: readonly number[], wantsLow: boolean): { readonly at: number; readonly low: number | null } {
    const found = this.vectors.get(values) ?? { at: this.push(values.map(Math.fround)), low: null };
    if (wantsLow) found.low ??= this.push(values.map((v) => v - Math.fround(v)));
    this.vectors.set(values, found);
    return found;
  }
}

function buildTable(targets: readonly EditTarget[]): EditTable {
  const kernel = kernelOf(targets[0]!.edit.op);
  const entries: number[] = [];
  const values = new Values();
  let maxCols = 0;
  for (const target of targets) {
    if (kernel === 'rewrite') writeRewrite(target, entries);
    else if (kernel === 'snippet') writeSnippet(target, entries);
    else if (kernel === 'project') writeProjections(target, entries, values);
    else writeEdits(target, entries, values);
    for (const [begin, end] of target.edit.spans) maxCols = Math.max(maxCols, end - begin);
  }
  const { code } = targets[0]!.edit;
  return {
    kernel,
    ...(code === undefined ? {} : { code }),
    source: targets[0]!.source?.tensor ?? null,
    entries: Uint32Array.from(entries),
    values: Float32Array.from(values.list.length > 0 ? values.list : [0]),
    count: entries.length / WORDS[kernel],
    maxCols,
  };
}

/**
 * Where the values of one row lie: the buffer, the first one of the columns [begin, ..) that come `done`-th, the step from
 * column to column, and how far behind the low-order parts are.
 */
interface ValuesAt {
  readonly kind: number;
  readonly first: (begin: number, done: number) => number;
  readonly step: 0 | 1;
  readonly toLow: number | null;
}

function valuesAt({ edit, rowIndex, source }: EditTarget, values: Values): ValuesAt {
  if (source) return { kind: VALUE_KINDS.source, first: source.at, step: 1, toLow: null };
  // An exact float64 sum needs the part of v that float32 cannot hold.
  const exact = edit.op === 'add' && edit.alpha === 1;
  const kind = VALUE_KINDS.values;
  if (edit.source?.kind === 'vector') {
    const list = edit.source.values;
    const { at, low } = values.vector(list, exact);
    const start = rowIndex * edit.spans.reduce((sum, [begin, end]) => sum + end - begin, 0);
    const first = (_: number, done: number) => at + ((start + done) % list.length);
    return { kind, first, step: 1, toLow: exact ? low! - at : null };
  }
  const known = knownValues(edit, rowIndex);
  if (known === null) return { kind: VALUE_KINDS.none, first: () => 0, step: 0, toLow: null };
  if (typeof known === 'number') {
    const at = values.constant(known);
    return { kind, first: () => at, step: 0, toLow: null };
  }
  const at = values.push(known.map(Math.fround));
  const low = exact ? values.push(known.map((v) => v - Math.fround(v))) : null;
  return { kind, first: (_, done) => at + done, step: 1, toLow: low === null ? null : low - at };
}

function writeEdits(target: EditTarget, entries: number[], values: Values): void {
  const { edit, at } = target;
  const op = EDIT_OPS[edit.op as keyof typeof EDIT_OPS];
  const { kind, first, step, toLow } = valuesAt(target, values);
  eachSpan(edit.spans, (begin, columns, done) => {
    entries.push(at(begin), columns, op, kind);
    if (edit.range) entries.push(floatBits(edit.range[0]), NO_LOW_PART, 0, floatBits(edit.range[1]));
    else {
      const from = first(begin, done);
      const low = toLow === null ? NO_LOW_PART : from + toLow;
      entries.push(from, low, step, floatBits(edit.alpha));
    }
  });
}

/** `project_out` removes the direction that its source holds; `set_along` moves towards its source along `direction`. */
function writeProjections(target: EditTarget, entries: number[], values: Values): void {
  const { edit, at } = target;
  const { kind, first, step } = valuesAt(target, values);
  const direction = edit.direction ? values.vector(edit.direction, false).at : null;
  eachSpan(edit.spans, (begin, columns, done) => {
    entries.push(at(begin), columns);
    if (direction === null) entries.push(VALUE_KINDS.none, kind, first(begin, done), 0, step, 0);
    else {
      const along = direction + (done % edit.direction!.length);
      entries.push(kind, VALUE_KINDS.values, along, first(begin, done), 1, step);
    }
  });
}

function writeRewrite({ edit, rowIndex, at }: EditTarget, entries: number[]): void {
  eachSpan(edit.spans, (begin, columns) => {
    const kind = REWRITE_KINDS[edit.op as keyof typeof REWRITE_KINDS];
    entries.push(at(begin), kind, rowKey(edit, begin / columns, edit.rows[rowIndex]!));
  });
}

function writeSnippet({ edit, rowIndex, at }: EditTarget, entries: number[]): void {
  eachSpan(edit.spans, (begin, columns) => {
    entries.push(at(begin), columns, edit.rows[rowIndex]!, begin);
  });
}

/** `done`: columns of the spans before. */
function eachSpan(
  spans: readonly Span[],
  write: (begin: number, columns: number, done: number) => void,
): void {
  let done = 0;
  for (const [begin, end] of spans) {
    write(begin, end - begin, done);
    done += end - begin;
  }
}

const bits = new DataView(new ArrayBuffer(4));

function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getUint32(0);
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
