/**
 * Causal tracing (Meng et al. 2022, "Locating and Editing Factual Associations in GPT"): a clean
 * run, corrupted runs (noise on the subject's embeddings, or another prompt), and corrupted runs
 * with one state restored, for every token and layer. The change of the answer shows where the
 * restored state matters. It does not show that the fact is stored there: the state may carry what
 * earlier layers computed.
 */
import type { Capture, Edit, MetricRow, Run } from '../../forward/request/types';
import { LOGITS } from '../../model/siteKinds';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { CORRUPTED } from '../common/corruption';
import { noiseEdit } from '../common/noise';
import { answerRow, type TraceSpec } from './spec';

export const BASELINE_UNIT = 'baseline';

export type TraceKindName = TraceSpec['kinds'][number];

/** Rows of the map: single positions first, then groups of positions. */
export interface TraceRow {
  readonly name: string;
  readonly positions: readonly number[];
}

export function traceRows(spec: TraceSpec): { tokens: TraceRow[]; groups: TraceRow[] } {
  return {
    tokens: spec.tokens.map((_, t) => ({ name: `${t}`, positions: [t] })),
    groups: spec.groups.map(({ name, rows }) => ({ name: `group.${name}`, positions: rows })),
  };
}

/** Number of corrupted draws: 1 for a corrupted prompt. */
export function draws(spec: TraceSpec): number {
  return spec.corruption.type === 'noise' ? spec.corruption.samples : 1;
}

const runId = (kind: TraceKindName, row: TraceRow, layer: number): string => `${kind}.${row.name}.${layer}`;

/** Id of a corrupted draw with a cell restored. */
export const restoredId = (kind: TraceKindName, row: TraceRow, layer: number, draw: number): string =>
  `${runId(kind, row, layer)}.${draw}`;

/** Window of layers restored around `layer`, [begin, end). */
export function restoredLayers(
  spec: TraceSpec,
  kind: TraceKindName,
  layer: number,
): readonly [number, number] {
  return kind === 'hidden' ? [layer, layer + 1] : spec.window.layers[layer]!;
}

/** Number of sequences in `planTrace`, and tokens of each. */
export function traceSize(
  spec: TraceSpec,
  model: ModelSpec,
): { readonly runs: number; readonly tokens: number } {
  const cells = spec.kinds.length * (spec.tokens.length + spec.groups.length) * model.nLayers;
  return { runs: 1 + draws(spec) * (1 + cells), tokens: spec.tokens.length };
}

/** All runs of a trace by group: baseline, then one per kind. The baseline returns `captures`. */
export function planTrace(
  spec: TraceSpec,
  model: ModelSpec,
  captures: readonly Capture[] = [{ site: LOGITS, rows: [answerRow(spec)] }],
): Run[] {
  const { tokens, groups } = traceRows(spec);
  const rows = [...tokens, ...groups];
  const cells = spec.kinds.flatMap((kind) =>
    rows.flatMap((row) => range(0, model.nLayers).map((layer): TraceCell => ({ kind, row, layer }))),
  );
  return [...baselineRuns(spec, [0, draws(spec)], captures), ...restoredRuns(spec, model, cells)];
}

/** The clean run, and the corrupted one with draws [begin, end). */
export function baselineRuns(
  spec: TraceSpec,
  samples: readonly [number, number],
  captures: readonly Capture[] = [],
): Run[] {
  const common = { unit: BASELINE_UNIT, metric: metricOf(spec), captures };
  return [
    { id: 'clean', tokens: spec.tokens, ...common },
    { id: CORRUPTED, ...common, ...corrupted(spec), samples },
  ];
}

export interface TraceCell {
  readonly kind: TraceKindName;
  readonly row: TraceRow;
  readonly layer: number;
}

/** One run per cell: the corrupted run with all draws and the cell's state restored. */
export function restoredRuns(spec: TraceSpec, model: ModelSpec, cells: readonly TraceCell[]): Run[] {
  const metric = metricOf(spec);
  const restoring = restorer(model);
  return cells.map((cell) => ({
    id: runId(cell.kind, cell.row, cell.layer),
    base: CORRUPTED,
    unit: cell.kind,
    edits: restoring(cell, restoredLayers(spec, cell.kind, cell.layer)),
    metric,
  }));
}

function metricOf(spec: TraceSpec): MetricRow {
  return {
    row: answerRow(spec),
    answer: spec.answer.id,
    ...(spec.distractor ? { distractor: spec.distractor.id } : {}),
  };
}

function corrupted({ corruption, subject }: TraceSpec): Pick<Run, 'tokens' | 'base' | 'edits'> {
  if (corruption.type === 'tokens') return { tokens: corruption.tokens };
  return { base: 'clean', edits: [noiseEdit(corruption, subject)] };
}

/**
 * Edits that restore cells over layers [begin, end). Overlapping windows share single-layer edits.
 */
function restorer(model: ModelSpec): (cell: TraceCell, layers: readonly [number, number]) => readonly Edit[] {
  const made = new Map<TraceRow, Map<string, Edit>>();
  const sites = {
    hidden: range(0, model.nLayers).map((layer) => blockOutput(model, layer)),
    mlp: range(0, model.nLayers).map((layer) => `blocks.${layer}.hook_mlp_out`),
    attn: range(0, model.nLayers).map((layer) => `blocks.${layer}.hook_attn_out`),
  };
  const source = { kind: 'run', run: 'clean' } as const;
  return ({ kind, row }, [begin, end]) => {
    const edits = made.get(row) ?? new Map<string, Edit>();
    made.set(row, edits);
    return sites[kind].slice(begin, end).map((site) => {
      const edit = edits.get(site) ?? { site, rows: row.positions, op: 'set', source };
      edits.set(site, edit);
      return edit;
    });
  };
}
