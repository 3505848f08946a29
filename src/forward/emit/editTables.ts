/**
 * Edits of one site as tables for the `edit`, `project`, `rewrite` and `snippet` kernels: one entry
 * per (edit, row, span), grouped so that entries of one dispatch never overlap and read at most one
 * source tensor.
 */
import { EDIT_OPS, NO_LOW_PART, REWRITE_KINDS, VALUE_KINDS } from '../../gpu/kernels/edits';
import { push } from '../../util/lists';
import type { Wgsl } from '../../util/code/wgsl';
import type { ResolvedEdit, ResolvedOp, Span } from '../request/resolved';
import { isRewrite, rowKey } from '../request/rewrites';
import { type EditTarget, element } from './editTarget';
import { EditValues } from './editValues';
import { Words } from './words';

export interface EditTable {
  readonly kernel: 'edit' | 'project' | 'rewrite' | 'snippet';
  readonly source: string | null;
  /** A user's WGSL, for kernel `snippet`. */
  readonly code?: Wgsl;
  readonly entries: Uint32Array;
  readonly values: Float32Array;
  readonly count: number;
  readonly maxCols: number;
  readonly maxSamples: number;
}

/** Tables in dispatch order. */
export function buildEditTables(targets: readonly EditTarget[]): EditTable[] {
  const groups = new Map<string, EditTarget[]>();
  const sorted = targets.every(({ round }) => round === 0)
    ? targets
    : [...targets].sort((a, b) => a.round - b.round);
  for (const target of sorted) {
    const { op, code = '' } = target.edit;
    push(groups, `${target.round}|${kernelOf(op)}|${target.source?.tensor ?? ''}|${code}`, target);
  }
  return [...groups.values()].map(buildTable);
}

function kernelOf(op: ResolvedOp): EditTable['kernel'] {
  if (isRewrite(op)) return 'rewrite';
  if (op === 'snippet') return 'snippet';
  return op === 'project_out' || op === 'set_along' ? 'project' : 'edit';
}

/** The destination of a table's entries and values. */
interface Writing {
  readonly entries: Words;
  readonly values: EditValues;
}

/** Writes the entries of one target and returns their number. */
const WRITERS: Readonly<Record<EditTable['kernel'], (target: EditTarget, to: Writing) => number>> = {
  edit: writeEdits,
  project: writeProjections,
  rewrite: writeRewrite,
  snippet: writeSnippet,
};

function buildTable(targets: readonly EditTarget[]): EditTable {
  const { edit, source } = targets[0]!;
  const kernel = kernelOf(edit.op);
  const to: Writing = { entries: new Words(12 * targets.length), values: new EditValues() };
  let [count, maxCols, maxSamples] = [0, 0, 0];
  for (const target of targets) {
    count += WRITERS[kernel](target, to);
    for (const [begin, end] of target.edit.spans) maxCols = Math.max(maxCols, end - begin);
    maxSamples = Math.max(maxSamples, target.samples);
  }
  return {
    kernel,
    ...(edit.code === undefined ? {} : { code: edit.code }),
    source: source?.tensor ?? null,
    entries: to.entries.data,
    values: to.values.data,
    count,
    maxCols,
    maxSamples,
  };
}

function writeEdits(target: EditTarget, { entries, values }: Writing): number {
  const { edit, samples, x } = target;
  const op = EDIT_OPS[edit.op as keyof typeof EDIT_OPS];
  const at = values.of(target);
  return eachSpan(edit.spans, (begin, columns, done) => {
    entries.u32(element(x, begin));
    entries.u32(columns);
    entries.u32(op);
    entries.u32(at.kind);
    if (edit.range) {
      entries.f32(edit.range[0]);
      entries.u32(NO_LOW_PART);
      entries.u32(0);
      entries.f32(edit.range[1]);
    } else {
      const from = target.source ? element(target.source, begin) : at.first(done);
      entries.u32(from);
      entries.u32(at.toLow === null ? NO_LOW_PART : from + at.toLow);
      entries.u32(at.step);
      entries.f32(edit.alpha);
    }
    entries.u32(samples);
    entries.u32(x.step);
    entries.u32(at.sampleStep);
  });
}

/**
 * `project_out` removes the direction held by its source; `set_along` moves towards its source
 * along `direction`.
 */
function writeProjections(target: EditTarget, { entries, values }: Writing): number {
  const { edit, x, source, samples } = target;
  const at = values.of(target);
  const direction = edit.direction ? values.vector(edit.direction, false).at : null;
  let n = 0;
  for (let s = 0; s < samples; s++)
    n += eachSpan(edit.spans, (begin, columns, done) => {
      const from = (source ? element(source, begin) : at.first(done)) + s * at.sampleStep;
      entries.u32(element(x, begin) + s * x.step);
      entries.u32(columns);
      const along = direction === null ? 0 : direction + (done % edit.direction!.length);
      for (const word of direction === null
        ? [VALUE_KINDS.none, at.kind, from, 0, at.step, 0]
        : [at.kind, VALUE_KINDS.values, along, from, 1, at.step])
        entries.u32(word);
    });
  return n;
}

function writeRewrite({ edit, rowIndex, samples, x }: EditTarget, { entries }: Writing): number {
  let n = 0;
  for (let s = 0; s < samples; s++)
    n += eachSpan(edit.spans, (begin, columns) => {
      entries.u32(element(x, begin) + s * x.step);
      entries.u32(REWRITE_KINDS[edit.op as keyof typeof REWRITE_KINDS]);
      entries.u32(rowKey({ seed: edit.seed, site: edit.site! }, begin / columns, edit.rows[rowIndex]!));
    });
  return n;
}

function writeSnippet({ edit, rowIndex, samples, x }: EditTarget, { entries }: Writing): number {
  let n = 0;
  for (let s = 0; s < samples; s++)
    n += eachSpan(edit.spans, (begin, columns) => {
      entries.u32(element(x, begin) + s * x.step);
      entries.u32(columns);
      entries.u32(edit.rows[rowIndex]!);
      entries.u32(begin);
    });
  return n;
}

/** Visits spans; `done` is the number of columns in earlier spans. Returns the number of spans. */
function eachSpan(
  spans: readonly Span[],
  write: (begin: number, columns: number, done: number) => void,
): number {
  let done = 0;
  for (const [begin, end] of spans) {
    write(begin, end - begin, done);
    done += end - begin;
  }
  return spans.length;
}

/** The round of each of one run's edits at a site: after earlier edits of the same cells. */
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
