/**
 * From the logits of a trace's runs to its numbers, in float64. A score is the mean over draws of
 * the metric (of probabilities, not of logits); an effect is the mean of restored - corrupted,
 * paired by draw. What is said beyond these draws follows `certainty.ts`.
 */
import type { RunResult } from '../../forward/request/contract';
import type { Interval, KindResult, Metric, TraceDocument } from '../../results/document';
import { largestIds } from '../../util/largest';
import { range } from '../../util/range';
import { mean, rangeOf } from '../../util/stats';
import { corruptedId } from '../common/corruption';
import { metricValue } from '../common/metric';
import { effectInterval, hatchedCells, levelInterval, largestCell, testedBy } from './certainty';
import { type TraceKindName, draws, restoredId, traceRows } from './plan';
import { answerRow, type TraceSpec } from './spec';

type Results = Readonly<Record<string, RunResult>>;

export type TraceBaseline = Pick<TraceDocument, 'clean' | 'corrupted' | 'known'> & {
  readonly predicted: { readonly id: number; readonly p: number };
  readonly nextTokens: readonly Omit<TraceDocument['nextTokens'][number], 'token'>[];
};

/** Numbers of a kind's map that are kept draw by draw. */
const MOST_KEPT = 50_000;
export const DRAWS_LEFT_OUT = `Draws of maps with more than ${MOST_KEPT.toLocaleString('en-US')} numbers are left out; their range is kept.`;

const value = (results: Results, id: string, metric: Metric): number =>
  metricValue(metric, results[id]!.metric!);

const perDraw = <T>(spec: TraceSpec, get: (draw: number) => T): T[] =>
  Array.from({ length: draws(spec) }, (_, i) => get(i));

/**
 * Clean and corrupted levels, and the next-token table (the `top` likeliest clean or corrupted).
 */
export function reduceBaseline(spec: TraceSpec, results: Results, top: number): TraceBaseline {
  const clean = results.clean!.metric!;
  const scores = perDraw(spec, (i) => value(results, corruptedId(i), spec.metric));
  const p = metricValue('p', clean);
  const interval = levelInterval(spec.metric, scores);
  return {
    clean: { metric: metricValue(spec.metric, clean), p },
    corrupted: {
      metric: mean(scores),
      p: mean(perDraw(spec, (i) => value(results, corruptedId(i), 'p'))),
      range: rangeOf(scores),
      draws: scores,
      ...(interval && { interval }),
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
  const corrupted = perDraw(spec, (i) => ({
    row: logits(corruptedId(i)),
    norm: results[corruptedId(i)]!.metric!.logSumExp,
  }));
  const n = corrupted.length;
  const meanP = (id: number): number => {
    let sum = 0;
    for (const { row, norm } of corrupted) sum += Math.exp(row[id]! - norm) / n;
    return sum;
  };
  const asked = [spec.answer.id, ...(spec.distractor ? [spec.distractor.id] : [])];
  const likely = likeliest(corrupted, Math.ceil(top / 2));
  const means = likely.map(meanP);
  const best = largestIds(means, Math.ceil(top / 2)).map((i) => likely[i]!);
  return [...new Set([...asked, ...largestIds(clean, top), ...best])]
    .sort((a, b) => clean[b]! - clean[a]!)
    .map((id) => ({
      id,
      clean: { p: Math.exp(clean[id]! - cleanNorm), logit: clean[id]! },
      corrupted: { p: meanP(id), logit: corrupted.reduce((sum, { row }) => sum + row[id]! / n, 0) },
    }));
}

interface Draw {
  readonly row: Float32Array;
  readonly norm: number;
}

/**
 * Ids, ascending, among which the k tokens with the largest mean probability are. A mean over n draws is at most its largest
 * draw and at least an n-th of it, so most of a vocabulary is out before a single exp.
 */
function likeliest(draws: readonly Draw[], k: number): number[] {
  const largest = new Float64Array(draws[0]!.row.length).fill(Number.NEGATIVE_INFINITY);
  for (const { row, norm } of draws)
    for (let id = 0; id < largest.length; id++) {
      const logP = row[id]! - norm;
      if (logP > largest[id]!) largest[id] = logP;
    }
  const last = largestIds(largest, k).at(-1)!;
  // A little less, so that no rounding decides.
  const least = largest[last]! - Math.log(draws.length) - 1e-6;
  const ids: number[] = [];
  for (let id = 0; id < largest.length; id++) if (largest[id]! >= least) ids.push(id);
  return ids;
}

/** Maps of a row of cells, each there for all cells or for none. */
interface Row {
  readonly restored: number[];
  readonly effect: number[];
  readonly range: Interval[];
  readonly draws?: number[][];
  readonly interval?: Interval[];
  readonly hatched?: boolean[];
}

/** One kind's map: tokens x layers, then groups x layers. */
export function reduceKind(
  spec: TraceSpec,
  kind: TraceKindName,
  nLayers: number,
  results: Results,
): KindResult {
  const { tokens, groups } = traceRows(spec);
  const rows = [...tokens, ...groups];
  const layers = range(0, nLayers);
  const measured = rows.map((row) =>
    layers.map((layer) => perDraw(spec, (i) => results[restoredId(kind, row, layer, i)]!.metric!)),
  );
  const restoredBy = (metric: Metric) =>
    measured.map((row) => row.map((cell) => cell.map((logits) => metricValue(metric, logits))));
  const effects = (metric: Metric, restored: readonly (readonly (readonly number[])[])[]) => {
    const corrupted = perDraw(spec, (i) => value(results, corruptedId(i), metric));
    return restored.map((row) => row.map((cell) => cell.map((score, i) => score - corrupted[i]!)));
  };
  const restored = restoredBy(spec.metric);
  const metricEffects = effects(spec.metric, restored);
  const by = testedBy(spec);
  const tested = by === spec.metric ? metricEffects : effects(by, restoredBy(by));

  const seed = spec.corruption.type === 'noise' ? spec.corruption.seed : 0;
  const hatched = hatchedCells(tested, seed);
  const isKept = rows.length * nLayers * draws(spec) <= MOST_KEPT;
  const rowOf = (row: number): Row => {
    const intervals = metricEffects[row]!.map((cell) => effectInterval(spec.metric, cell));
    return {
      restored: restored[row]!.map(mean),
      effect: metricEffects[row]!.map(mean),
      range: restored[row]!.map(rangeOf),
      ...(isKept && { draws: restored[row]! }),
      ...(intervals.every((pair) => pair !== null) && { interval: intervals }),
      ...(hatched && { hatched: hatched[row]! }),
    };
  };
  const maps = tokens.map((_, t) => rowOf(t));
  const p = spec.metric === 'p' ? null : restoredBy('p').slice(0, tokens.length);
  const map = <Name extends keyof Row>(name: Name) =>
    maps.map((row) => row[name]) as NonNullable<Row[Name]>[];
  const has = (name: keyof Row) => maps[0]![name] !== undefined;
  // After the last block the answering position's state is the output itself: it always wins and
  // says nothing.
  const competes = (row: number) => kind !== 'hidden' || tokens.length === 1 || row !== answerRow(spec);
  return {
    restored: map('restored'),
    effect: map('effect'),
    range: map('range'),
    ...(has('draws') && { draws: map('draws') }),
    ...(has('interval') && { interval: map('interval') }),
    ...(has('hatched') && { hatched: map('hatched') }),
    ...(p && { p: p.map((row) => row.map(mean)) }),
    groups: groups.map((row, g) => ({
      name: spec.groups[g]!.name,
      rows: [...row.positions],
      ...rowOf(tokens.length + g),
    })),
    peak: largestCell({
      by,
      effects: metricEffects.slice(0, tokens.length),
      tested: tested.slice(0, tokens.length),
      competes,
      towards: Math.sign(
        value(results, 'clean', spec.metric) -
          mean(perDraw(spec, (i) => value(results, corruptedId(i), spec.metric))),
      ),
      seed,
    }),
  };
}
