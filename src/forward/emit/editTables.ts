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
import { type Editing, type EditTarget, element } from './editTarget';
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
  /** What it applies. */
  readonly edits: readonly Editing[];
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

/** Each writes the entries of one target. */
const WRITERS: Readonly<Record<EditTable['kernel'], (target: EditTarget, to: Writing) => void>> = {
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
    WRITERS[kernel](target, to);
    count += target.edit.spans.length * (kernel === 'edit' ? 1 : target.samples);
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
    edits: targets.map((target) => target.edit),
  };
}

/** One entry serves all samples. */
function writeEdits(target: EditTarget, { entries, values }: Writing): void {
  const { edit, samples, x } = target;
  const op = EDIT_OPS[edit.op as keyof typeof EDIT_OPS];
  const at = values.of(target);
  eachSpan(edit.spans, (begin, columns, done) => {
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
 * `project_out` removes the direction held by its source, along `direction` if there is one;
 * `set_along` moves towards its source along `direction`.
 */
function writeProjections(target: EditTarget, { entries, values }: Writing): void {
  const { edit, source } = target;
  const at = values.of(target);
  const direction = edit.direction ? values.vector(edit.direction, false).at : null;
  eachEntry(target, entries, (begin, columns, done, sample) => {
    const from = (source ? element(source, begin) : at.first(done)) + sample * at.sampleStep;
    const along = direction === null ? 0 : direction + (done % edit.direction!.length);
    const known = { kind: at.kind, from, step: at.step };
    const given = { kind: VALUE_KINDS.values, from: along, step: 1 };
    const none = { kind: VALUE_KINDS.none, from: 0, step: 0 };
    const [s, d] = edit.op === 'set_along' ? [known, given] : [none, known];
    const w = direction === null ? known : given;
    return [columns, s.kind, d.kind, d.from, s.from, d.step, s.step, w.kind, w.from, w.step];
  });
}

function writeRewrite(target: EditTarget, { entries }: Writing): void {
  const { op, seed, site, rows } = target.edit;
  const kind = REWRITE_KINDS[op as keyof typeof REWRITE_KINDS];
  eachEntry(target, entries, (begin, columns) => [
    kind,
    rowKey({ seed, site: site! }, begin / columns, rows[target.rowIndex]!),
  ]);
}

function writeSnippet(target: EditTarget, { entries }: Writing): void {
  const row = target.edit.rows[target.rowIndex]!;
  eachEntry(target, entries, (begin, columns) => [columns, row, begin]);
}

type WordsOf = (begin: number, columns: number, done: number, sample: number) => readonly number[];

/** One entry per sample and span: its first cell, then `words`. */
function eachEntry({ edit, samples, x }: EditTarget, entries: Words, words: WordsOf): void {
  for (let s = 0; s < samples; s++)
    eachSpan(edit.spans, (begin, columns, done) => {
      entries.u32(element(x, begin) + s * x.step);
      for (const word of words(begin, columns, done, s)) entries.u32(word);
    });
}

/** Visits spans; `done` is the number of columns in earlier spans. */
function eachSpan(spans: readonly Span[], visit: (begin: number, columns: number, done: number) => void) {
  let done = 0;
  for (const [begin, end] of spans) {
    visit(begin, end - begin, done);
    done += end - begin;
  }
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
