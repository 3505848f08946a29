/**
 * Logits of a trace's runs -> its numbers, in float64. A score is the mean metric over draws (of
 * probabilities, not logits); an effect is the mean of restored - corrupted, paired by draw. Claims
 * beyond these draws follow `certainty.ts`.
 */
import { LOGITS } from '../../model/siteKinds';
import type { RunResult } from '../../forward/request/contract';
import type { Metric } from '../../results/parts';
import type { KindNumbers, NextToken, TraceNumbers } from '../../results/trace';
import { largestIds } from '../../util/largest';
import { range } from '../../util/range';
import { mean, rangeOf } from '../../statistics/stats';
import { corruptedId } from '../common/corruption';
import { metricValue } from '../common/metric';
import { effectInterval, hatchedCells, levelInterval, largestCell, testedBy } from './certainty';
import { type TraceKindName, draws, restoredId, traceRows } from './plan';
import { answerRow, type TraceSpec } from './spec';

type Results = Readonly<Record<string, RunResult>>;

export type TraceBaseline = Pick<TraceNumbers, 'clean' | 'corrupted' | 'known'> & {
  readonly predicted: { readonly id: number; readonly p: number };
  readonly nextTokens: readonly Omit<NextToken, 'token'>[];
};

/** Most numbers of a map kept draw by draw. */
const MOST_KEPT = 50_000;
export const DRAWS_LEFT_OUT = `Draws of maps with more than ${MOST_KEPT.toLocaleString('en-US')} numbers are left out; their range is kept.`;

const value = (results: Results, id: string, metric: Metric): number =>
  metricValue(metric, results[id]!.metric!);

const perDraw = <T>(spec: TraceSpec, get: (draw: number) => T): T[] =>
  Array.from({ length: draws(spec) }, (_, i) => get(i));

/** Clean and corrupted levels, and the `top` likeliest clean or corrupted next tokens. */
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
  const logits = (id: string): Float32Array => results[id]!.captures[LOGITS]!.data;
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
 * A superset of the k ids with the largest mean probability, ascending. A mean over n draws lies
 * between 1 / n of its largest draw and that draw, so most ids are out before any exp.
 */
function likeliest(draws: readonly Draw[], k: number): number[] {
  const largest = new Float64Array(draws[0]!.row.length).fill(Number.NEGATIVE_INFINITY);
  for (const { row, norm } of draws)
    for (let id = 0; id < largest.length; id++) {
      const logP = row[id]! - norm;
      if (logP > largest[id]!) largest[id] = logP;
    }
  const last = largestIds(largest, k).at(-1)!;
  // A margin for rounding.
  const least = largest[last]! - Math.log(draws.length) - 1e-6;
  const ids: number[] = [];
  for (let id = 0; id < largest.length; id++) if (largest[id]! >= least) ids.push(id);
  return ids;
}

/** One kind's map: tokens x layers, then groups x layers. */
export function reduceKind(
  spec: TraceSpec,
  kind: TraceKindName,
  nLayers: number,
  results: Results,
): KindNumbers {
  const { tokens, groups } = traceRows(spec);
  // Group restorations do not compete for the peak.
  const alone = tokens.length * nLayers;
  const cells = [...tokens, ...groups].flatMap((row) => range(0, nLayers).map((layer) => ({ row, layer })));
  const measured = cells.map(({ row, layer }) =>
    perDraw(spec, (i) => results[restoredId(kind, row, layer, i)]!.metric!),
  );
  const restoredBy = (metric: Metric) =>
    measured.map((cell) => cell.map((logits) => metricValue(metric, logits)));
  const effects = (metric: Metric, restored: readonly (readonly number[])[]) => {
    const corrupted = perDraw(spec, (i) => value(results, corruptedId(i), metric));
    return restored.map((cell) => cell.map((score, i) => score - corrupted[i]!));
  };
  const restored = restoredBy(spec.metric);
  const metricEffects = effects(spec.metric, restored);
  const by = testedBy(spec);
  const tested = by === spec.metric ? metricEffects : effects(by, restoredBy(by));

  const seed = spec.corruption.type === 'noise' ? spec.corruption.seed : 0;
  const hatched = hatchedCells(tested, seed);
  const intervals = metricEffects.map((cell) => effectInterval(spec.metric, cell));
  const lost =
    value(results, 'clean', spec.metric) -
    mean(perDraw(spec, (i) => value(results, corruptedId(i), spec.metric)));
  const peak = largestCell({
    by,
    effects: metricEffects.slice(0, alone),
    tested: tested.slice(0, alone),
    // After the last block the answer's state is the output itself: it always wins and shows
    // nothing.
    competes: (cell) =>
      kind !== 'hidden' || tokens.length === 1 || Math.floor(cell / nLayers) !== answerRow(spec),
    towards: Math.sign(lost),
    seed,
  });
  return {
    values: restored.map(mean),
    ranges: restored.map(rangeOf),
    ...(cells.length * draws(spec) <= MOST_KEPT && { draws: restored }),
    ...(intervals.every((pair) => pair !== null) && { intervals }),
    ...(hatched && { hatched }),
    ...(spec.metric !== 'p' && { p: restoredBy('p').map(mean) }),
    ...(peak && { peak }),
  };
}
