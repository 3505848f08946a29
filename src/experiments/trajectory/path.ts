/** One position's path through the residual stream, in float64 from captures. */
import type { Capture } from '../../forward/request/types';
import type { Tensor } from '../../forward/request/contract';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { lengthOf } from '../common/directions';
import { branchNorm, branchNormName, normWeights } from '../common/frozenNorm';
import { dot } from '../../util/dot';
import { streamMatrix } from '../common/streamMatrix';

type Captures = Readonly<Record<string, Tensor>>;
type Weights = Readonly<Record<string, Float32Array>>;

const layersOf = ({ nLayers }: ModelSpec) => Array.from({ length: nLayers }, (_, l) => l);
const hasMlp = ({ dMlp }: ModelSpec) => dMlp > 0;

/** '0_pre', '0_mid', ..., 'final_post'; no 'mid' without MLPs. */
export function pointNames(model: ModelSpec): string[] {
  const inBlock = (l: number) => (hasMlp(model) ? [`${l}_pre`, `${l}_mid`] : [`${l}_pre`]);
  return [...layersOf(model).flatMap(inBlock), 'final_post'];
}

/** '0_attn_out', '0_mlp_out', ...: step i leads from point i to point i + 1. */
export function stepNames(model: ModelSpec): string[] {
  return layersOf(model).flatMap((l) =>
    hasMlp(model) ? [`${l}_attn_out`, `${l}_mlp_out`] : [`${l}_attn_out`],
  );
}

export function pathCaptures(model: ModelSpec, rows: readonly number[]): Capture[] {
  const at = (site: string): Capture => ({ site, rows });
  return [
    at('blocks.0.hook_resid_pre'),
    ...stepNames(model).map((name) => at(`blocks.${name.replace('_', '.hook_')}`)),
    ...layersOf(model).flatMap((l) => [
      ...(hasMlp(model) && !model.parallel ? [at(`blocks.${l}.hook_resid_mid`)] : []),
      at(blockOutput(model, l)),
    ]),
  ];
}

export interface Path {
  readonly points: readonly Float64Array[];
  readonly steps: readonly Float64Array[];
}

/** The path of captured row `r`. */
export function pathOf(model: ModelSpec, captures: Captures, r: number): Path {
  const D = model.dModel;
  const row = (site: string) => Float64Array.from(captures[site]!.data.subarray(r * D, (r + 1) * D));
  const steps = stepNames(model).map((name) => row(`blocks.${name.replace('_', '.hook_')}`));
  const points = [row('blocks.0.hook_resid_pre')];
  for (const l of layersOf(model)) {
    // A parallel block's attention and MLP read the same stream: its middle is a sum, not a state.
    const middle = () => points.at(-1)!.map((x, d) => x + steps[2 * l]![d]!);
    if (hasMlp(model)) points.push(model.parallel ? middle() : row(`blocks.${l}.hook_resid_mid`));
    points.push(row(blockOutput(model, l)));
  }
  return { points, steps };
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const lengths = lengthOf(a) * lengthOf(b);
  return lengths > 0 ? Math.max(-1, Math.min(1, dot(a, b) / lengths)) : null;
}

/** Degrees between consecutive steps; null if a step has no length. */
export function turns(steps: readonly Float64Array[]): (number | null)[] {
  return steps.slice(1).map((step, i) => {
    const cos = cosine(steps[i]!, step);
    return cos === null ? null : (Math.acos(cos) * 180) / Math.PI;
  });
}

/** Largest |x_L - x_0 - sum of steps|. */
export function pathGap({ points, steps }: Path): number {
  return points[0]!.reduce((worst, start, d) => {
    const sum = steps.reduce((total, step) => total + step[d]!, start);
    return Math.max(worst, Math.abs(points.at(-1)![d]! - sum));
  }, 0);
}

/** Captures at one row for splitting attention by source, besides `pathCaptures`. */
export function sourceCaptures(model: ModelSpec, row: number): Capture[] {
  const name = branchNormName(model, 'attn');
  return layersOf(model).flatMap((l) => [
    { site: `blocks.${l}.attn.hook_pattern` },
    { site: `blocks.${l}.attn.hook_v` },
    ...(name ? [{ site: `blocks.${l}.${name}.hook_scale`, rows: [row] }] : []),
  ]);
}

export function sourceWeights(model: ModelSpec): string[] {
  const name = branchNormName(model, 'attn');
  return layersOf(model).flatMap((l) => [
    `blocks.${l}.attn.W_O`,
    ...(model.bias.o ? [`blocks.${l}.attn.b_O`] : []),
    ...(name ? normWeights(model.norm, `blocks.${l}.${name}`) : []),
  ]);
}

export interface SourceSplit {
  /** Length of each piece, [H][T]. */
  readonly lengths: readonly number[];
  /** Share of the step by source position, then the biases; they sum to 1. */
  readonly shares: readonly number[];
  /** Largest |sum of pieces and biases - attn_out|. */
  readonly gap: number;
}

/** Block l's attention step at `row` by head and source: pattern[h, row, s] v[s] W_O[h]. */
export function splitBySource(
  model: ModelSpec,
  l: number,
  { row, T, step }: { row: number; T: number; step: Float64Array },
  captures: Captures,
  weights: Weights,
): SourceSplit {
  const { dModel: D, dHead: K, nHeads: H, nKvHeads: G } = model;
  const pattern = captures[`blocks.${l}.attn.hook_pattern`]!.data;
  const values = captures[`blocks.${l}.attn.hook_v`]!.data;
  const W_O = streamMatrix(model, weights[`blocks.${l}.attn.W_O`]!);
  const norm = branchNorm(model, l, 'attn', captures, weights);
  const added = (x: ArrayLike<number>) => norm.apply(x).map((value) => model.residScale * value);
  const bySource = Array.from({ length: T }, () => new Float64Array(D));
  const lengths: number[] = [];
  for (let h = 0; h < H; h++) {
    for (let s = 0; s < T; s++) {
      const at = (s * G + Math.floor((h * G) / H)) * K;
      const p = pattern[(h * T + row) * T + s]!;
      const piece = new Float64Array(D);
      for (let k = 0; k < K; k++)
        for (let d = 0; d < D; d++) piece[d]! += p * values[at + k]! * W_O(h * K + k, d);
      const written = added(piece);
      lengths.push(lengthOf(written));
      for (let d = 0; d < D; d++) bySource[s]![d]! += written[d]!;
    }
  }
  const bias = model.bias.o ? added(weights[`blocks.${l}.attn.b_O`]!) : new Float64Array(D);
  if (norm.bias) for (let d = 0; d < D; d++) bias[d]! += norm.bias[d]!;
  const pieces = [...bySource, bias];
  const size = dot(step, step);
  const gap = step.reduce(
    (worst, value, d) => Math.max(worst, Math.abs(pieces.reduce((sum, piece) => sum + piece[d]!, 0) - value)),
    0,
  );
  return { lengths, shares: pieces.map((piece) => (size > 0 ? dot(piece, step) / size : 0)), gap };
}
