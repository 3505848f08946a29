/**
 * From the logits of a trace's runs to its numbers, in float64. A score is the mean over draws of the metric (of
 * probabilities, not of logits); an effect is the mean of restored - corrupted, paired by draw, with a t interval.
 */
import type { RunResult } from '../../forward/types';
import type { Interval, KindResult, Metric, Peak } from '../../results/document';
import { maxTCritical, mean, standardError, tInterval } from '../../util/stats';
import { metricValue } from '../common/metric';
import { type TraceKindName, type TraceRow, corruptedId, draws, restoredId, traceRows } from './plan';
import { answerRow, type TraceSpec } from './spec';

type Results = Readonly<Record<string, RunResult>>;

export interface TraceBaseline {
  readonly clean: { readonly metric: number; readonly p: number };
  readonly corrupted: { readonly metric: number; readonly p: number; readonly interval: Interval | null };
  readonly predicted: { readonly id: number; readonly p: number };
  /** The model's argmax on the clean prompt is the answer and p >= 0.5. */
  readonly known: boolean;
  readonly nextTokens: readonly {
    readonly id: number;
    readonly clean: { readonly p: number; readonly logit: number };
    readonly corrupted: { readonly p: number; readonly logit: number };
  }[];
}

const value = (results: Results, id: string, metric: Metric): number =>
  metricValue(metric, results[id]!.metric!);

const perDraw = (spec: TraceSpec, get: (draw: number) => number): number[] =>
  Array.from({ length: draws(spec) }, (_, i) => get(i));

/** Clean and corrupted levels, and the next-token table (the `top` likeliest clean or corrupted). */
export function reduceBaseline(spec: TraceSpec, results: Results, top: number): TraceBaseline {
  const clean = results.clean!.metric!;
  const scores = perDraw(spec, (i) => value(results, corruptedId(i), spec.metric));
  const p = metricValue('p', clean);
  return {
    clean: { metric: metricValue(spec.metric, clean), p },
    corrupted: {
      metric: mean(scores),
      p: mean(perDraw(spec, (i) => value(results, corruptedId(i), 'p'))),
      interval: tInterval(scores),
    },
    predicted: { id: clean.argmax, p: Math.exp(clean.max - clean.logSumExp) },
    known: clean.argmax === spec.answer.id && p >= 0.5,
    nextTokens: nextTokens(spec, results, top),
  };
}

function nextTokens(spec: TraceSpec, results: Results, top: number): TraceBaseline['nextTokens'] {
  const logits = (id: string): Float32Array => results[id]!.captures['unembed.hook_out']!.data;
  const clean = logits('clean');
  const cleanNorm = results.clean!.metric!.logSumExp;
  const V = clean.length;
  const meanLogit = new Float64Array(V);
  const meanP = new Float64Array(V);
  for (let i = 0; i < draws(spec); i++) {
    const row = logits(corruptedId(i));
    const norm = results[corruptedId(i)]!.metric!.logSumExp;
    for (let id = 0; id < V; id++) {
      meanLogit[id]! += row[id]! / draws(spec);
      meanP[id]! += Math.exp(row[id]! - norm) / draws(spec);
    }
  }
  const best = (scores: ArrayLike<number>): number[] =>
    Array.from({ length: V }, (_, id) => id)
      .sort((a, b) => scores[b]! - scores[a]!)
      .slice(0, top);
  const asked = [spec.answer.id, ...(spec.distractor ? [spec.distractor.id] : [])];
  const ids = [...new Set([...asked, ...best(clean), ...best(meanP).slice(0, Math.ceil(top / 2))])];
  return ids
    .sort((a, b) => clean[b]! - clean[a]!)
    .map((id) => ({
      id,
      clean: { p: Math.exp(clean[id]! - cleanNorm), logit: clean[id]! },
      corrupted: { p: meanP[id]!, logit: meanLogit[id]! },
    }));
}

/** One kind's map. */
export function reduceKind(
  spec: TraceSpec,
  kind: TraceKindName,
  nLayers: number,
  results: Results,
): KindResult {
  const { tokens, groups } = traceRows(spec);
  const corrupted = perDraw(spec, (i) => value(results, corruptedId(i), spec.metric));
  const layers = Array.from({ length: nLayers }, (_, l) => l);
  const cell = (row: TraceRow, layer: number) => {
    const restored = perDraw(spec, (i) => value(results, restoredId(kind, row, layer, i), spec.metric));
    return { restored: mean(restored), differences: restored.map((score, i) => score - corrupted[i]!) };
  };
  const map = tokens.map((row) => layers.map((layer) => cell(row, layer)));
  const p = (row: TraceRow, layer: number) =>
    mean(perDraw(spec, (i) => value(results, restoredId(kind, row, layer, i), 'p')));
  return {
    restored: map.map((row) => row.map(({ restored }) => restored)),
    effect: map.map((row) => row.map(({ differences }) => mean(differences))),
    interval: map.map((row) => row.map(({ differences }) => tInterval(differences))),
    ...(spec.metric === 'p' ? {} : { p: tokens.map((row) => layers.map((layer) => p(row, layer))) }),
    groups: groups.map((row, g) => {
      const cells = layers.map((layer) => cell(row, layer));
      return {
        name: spec.groups[g]!.name,
        rows: [...row.positions],
        restored: cells.map(({ restored }) => restored),
        effect: cells.map(({ differences }) => mean(differences)),
        interval: cells.map(({ differences }) => tInterval(differences)),
      };
    }),
    peak: findPeak(
      spec,
      map.map((row) => row.map(({ differences }) => differences)),
      // After the last block the answering position's state is the output itself: it always wins and says nothing.
      (row) => kind !== 'hidden' || map.length === 1 || row !== answerRow(spec),
      Math.sign(value(results, 'clean', spec.metric) - mean(corrupted)),
    ),
  };
}

/**
 * The cell that moves the metric furthest from the corrupted towards the clean level; its interval is simultaneous
 * over the cells it was chosen from (max-t).
 */
function findPeak(
  spec: TraceSpec,
  map: readonly (readonly (readonly number[])[])[],
  competes: (row: number) => boolean,
  towardsClean: number,
): Peak {
  const rows = [...map.keys()].filter(competes);
  let best = { row: rows[0]!, layer: 0 };
  const gain = ({ row, layer }: { row: number; layer: number }): number =>
    towardsClean * mean(map[row]![layer]!);
  for (const row of rows) {
    for (const layer of map[row]!.keys()) if (gain({ row, layer }) > gain(best)) best = { row, layer };
  }
  const differences = map[best.row]![best.layer]!;
  const effect = mean(differences);
  const seed = spec.corruption.type === 'noise' ? spec.corruption.seed : 0;
  const critical = maxTCritical(
    rows.flatMap((row) => map[row]!),
    seed,
  );
  const half = critical === null ? null : critical * standardError(differences);
  return { ...best, effect, interval: half === null ? null : [effect - half, effect + half] };
}
