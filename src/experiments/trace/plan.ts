/**
 * Causal tracing (Meng et al. 2022, "Locating and Editing Factual Associations in GPT"): a clean run, corrupted
 * runs (noise on the subject's embeddings, or another prompt), and for every token and layer the corrupted runs
 * with one state restored to its clean value. What changes in the answer says where the restored state matters.
 * It does not say that the fact is stored there: a restored state may also carry what earlier layers computed.
 */
import type { Capture, Edit, MetricRow, Run } from '../../forward/request/types';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
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

/** Number of corrupted draws: one for a corrupted prompt, which does not vary. */
export function draws(spec: TraceSpec): number {
  return spec.corruption.type === 'noise' ? spec.corruption.samples : 1;
}

export const corruptedId = (draw: number): string => `corrupted.${draw}`;

export const restoredId = (kind: TraceKindName, row: TraceRow, layer: number, draw: number): string =>
  `${kind}.${row.name}.${layer}.${draw}`;

/** Layers whose states are restored together around `layer`, [begin, end). */
export function restoredLayers(
  spec: TraceSpec,
  kind: TraceKindName,
  layer: number,
): readonly [number, number] {
  return kind === 'hidden' ? [layer, layer + 1] : spec.window.layers[layer]!;
}

/** How many runs `planTrace` makes, each of so many tokens. */
export function traceSize(
  spec: TraceSpec,
  model: ModelSpec,
): { readonly runs: number; readonly tokens: number } {
  const cells = spec.kinds.length * (spec.tokens.length + spec.groups.length) * model.nLayers;
  return { runs: 1 + draws(spec) * (1 + cells), tokens: spec.tokens.length };
}

/** All runs of a trace, in units: baseline, then one per kind. The baseline brings back `captures`. */
export function planTrace(
  spec: TraceSpec,
  model: ModelSpec,
  captures: readonly Capture[] = [{ site: 'unembed.hook_out', rows: [answerRow(spec)] }],
): Run[] {
  const all = Array.from({ length: draws(spec) }, (_, draw) => draw);
  const runs = baselineRuns(spec, all, captures);
  const { tokens, groups } = traceRows(spec);
  for (const kind of spec.kinds) {
    for (const row of [...tokens, ...groups]) {
      for (let layer = 0; layer < model.nLayers; layer++) {
        for (const run of restoredRuns(spec, model, { kind, row, layer }, all)) runs.push(run);
      }
    }
  }
  return runs;
}

/** The clean run, and a corrupted one per draw. */
export function baselineRuns(
  spec: TraceSpec,
  which: readonly number[],
  captures: readonly Capture[] = [],
): Run[] {
  const common = { unit: BASELINE_UNIT, metric: metricOf(spec), captures };
  return [
    { id: 'clean', tokens: spec.tokens, ...common },
    ...which.map((draw) => ({ id: corruptedId(draw), ...common, ...corrupted(spec, draw) })),
  ];
}

export interface TraceCell {
  readonly kind: TraceKindName;
  readonly row: TraceRow;
  readonly layer: number;
}

/** One cell: the corrupted run of each draw, with its state restored. */
export function restoredRuns(
  spec: TraceSpec,
  model: ModelSpec,
  { kind, row, layer }: TraceCell,
  which: readonly number[],
): Run[] {
  const edits = restore(model, kind, row.positions, restoredLayers(spec, kind, layer));
  const common = { unit: kind, edits, metric: metricOf(spec) };
  return which.map((draw) => ({
    id: restoredId(kind, row, layer, draw),
    base: corruptedId(draw),
    ...common,
  }));
}

function metricOf(spec: TraceSpec): MetricRow {
  return {
    row: answerRow(spec),
    answer: spec.answer.id,
    ...(spec.distractor ? { distractor: spec.distractor.id } : {}),
  };
}

function corrupted(spec: TraceSpec, draw: number): Pick<Run, 'tokens' | 'base' | 'edits'> {
  const { corruption, subject } = spec;
  if (corruption.type === 'tokens') return { tokens: corruption.tokens };
  return { base: 'clean', edits: [noiseEdit(corruption, subject, draw)] };
}

function restore(
  model: ModelSpec,
  kind: TraceKindName,
  rows: readonly number[],
  [begin, end]: readonly [number, number],
): Edit[] {
  const edits: Edit[] = [];
  for (let layer = begin; layer < end; layer++) {
    const site = {
      hidden: blockOutput(model, layer),
      mlp: `blocks.${layer}.hook_mlp_out`,
      attn: `blocks.${layer}.hook_attn_out`,
    }[kind];
    edits.push({ site, rows, op: 'set', source: { kind: 'run', run: 'clean' } });
  }
  return edits;
}
