/**
 * One row's logit as a sum. The last residual stream sums what embeddings and sub-layers wrote.
 * With the final norm's scale frozen, the readout is affine: the logit is exactly the sum of the
 * terms. A sub-layer's output splits likewise into heads, neurons, source positions and biases.
 */
import type { Capture } from '../../forward/request/types';
import type { RowMetric, Tensor } from '../../forward/request/contract';
import type { ModelSpec } from '../../model/spec';
import { branchNorm, branchNormName, frozenNorm, noNorm, normWeights } from '../common/frozenNorm';
import { dot } from '../../util/dot';
import { readAlong, streamMatrix, unembedding } from '../common/streamMatrix';
import { append } from '../../util/lists';

export const parts = ['components', 'heads', 'neurons', 'sources'] as const;
export type Part = (typeof parts)[number];

type Branch = 'attn' | 'mlp';

/** What is known of a run. */
interface Pass {
  readonly model: ModelSpec;
  readonly captures: Readonly<Record<string, Tensor>>;
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** Whose logit: a token's, or the difference of two. */
export interface Target {
  readonly answer: number;
  readonly distractor: number | null;
}

export interface Decomposition {
  /** The run's logit or difference, before a soft cap. */
  readonly logit: number;
  /** One per `componentNames`; their sum is the logit. */
  readonly components: readonly number[];
  /** [L, names of `biasNames`]. */
  readonly biases: readonly number[];
  /** [L, H]; with an attention's biases they sum to its component. */
  readonly heads?: readonly number[];
  /** [L, M]; with an MLP's biases they sum to its component. */
  readonly neurons?: readonly number[];
  /** [L, H, T]: a head's term by source position; they sum to the head's. */
  readonly sources?: readonly number[];
  /** Largest |sum - whole| per part: rounding error of the pass. */
  readonly differences: Readonly<Partial<Record<Part, number>>>;
}

const layersOf = ({ nLayers }: ModelSpec) => Array.from({ length: nLayers }, (_, l) => l);
/** The branches of a block; attention-only blocks have no MLP. */
const branchesOf = ({ dMlp }: ModelSpec): readonly Branch[] => (dMlp > 0 ? ['attn', 'mlp'] : ['attn']);

/** TransformerLens's names of the terms. */
export function componentNames(model: ModelSpec): string[] {
  return [
    'embed',
    ...(model.positions.kind === 'learned' ? ['pos_embed'] : []),
    ...layersOf(model).flatMap((l) => branchesOf(model).map((branch) => `${l}_${branch}_out`)),
    ...(model.finalNorm && model.norm.hasBias ? ['ln_final bias'] : []),
    ...(model.bias.unembed ? ['b_U'] : []),
  ];
}

/** The biases of one block that belong to no head and no neuron. */
export function biasNames({ bias, placement, norm, dMlp }: ModelSpec): string[] {
  const hasNorm = (placement === 'sandwich' || placement === 'branch-end') && norm.hasBias;
  return [
    ...(bias.o ? ['b_O'] : []),
    ...(hasNorm ? ['attention norm bias'] : []),
    ...(bias.mlp && dMlp > 0 ? ['b_out'] : []),
    ...(hasNorm && dMlp > 0 ? ['MLP norm bias'] : []),
  ];
}

/** Hook sites that a decomposition reads; `row` is the answer's. */
export function capturesFor(model: ModelSpec, asked: readonly Part[], row: number): Capture[] {
  const rows = [row];
  const at = (site: string): Capture => ({ site, rows });
  const scales = branchesOf(model).flatMap((branch) => branchNormName(model, branch) ?? []);
  return [
    at('hook_embed'),
    ...(model.positions.kind === 'learned' ? [at('hook_pos_embed')] : []),
    ...(model.finalNorm ? [at('ln_final.hook_scale')] : []),
    ...layersOf(model).flatMap((l) => [
      ...branchesOf(model).map((branch) => at(`blocks.${l}.hook_${branch}_out`)),
      ...scales.map((name) => at(`blocks.${l}.${name}.hook_scale`)),
      ...(asked.includes('heads') || asked.includes('sources') ? [at(`blocks.${l}.attn.hook_result`)] : []),
      ...(asked.includes('neurons') ? [at(`blocks.${l}.mlp.hook_post`)] : []),
      ...(asked.includes('sources')
        ? [{ site: `blocks.${l}.attn.hook_pattern` }, { site: `blocks.${l}.attn.hook_v` }]
        : []),
    ]),
  ];
}

/** Names of the weights that a decomposition reads. */
export function weightsFor(model: ModelSpec, asked: readonly Part[]): string[] {
  const { bias, norm, finalNorm } = model;
  return [
    unembedding(model),
    ...(bias.unembed ? ['unembed.b_U'] : []),
    ...(finalNorm ? normWeights(norm, 'ln_final') : []),
    ...layersOf(model).flatMap((l) => [
      ...branchesOf(model).flatMap((branch) => {
        const name = branchNormName(model, branch);
        return name ? normWeights(norm, `blocks.${l}.${name}`) : [];
      }),
      ...(bias.o ? [`blocks.${l}.attn.b_O`] : []),
      ...(bias.mlp && model.dMlp > 0 ? [`blocks.${l}.mlp.b_out`] : []),
      ...(asked.includes('neurons') ? [`blocks.${l}.mlp.W_out`] : []),
      ...(asked.includes('sources') ? [`blocks.${l}.attn.W_O`] : []),
    ]),
  ];
}

/** `captures` and `weights`: those of `capturesFor` and `weightsFor`, for a run of T tokens. */
export function decompose(
  pass: Pass,
  asked: readonly Part[],
  { target, row, T, metric }: { target: Target; row: number; T: number; metric: RowMetric },
): Decomposition {
  const { model, captures, weights } = pass;
  const { dModel: D, nHeads: H, dMlp: M, norm, residScale } = model;
  const of = (site: string): Float32Array => captures[site]!.data;
  const read = unembedded(pass, target);
  const final = model.finalNorm
    ? frozenNorm(norm, 'ln_final', of('ln_final.hook_scale')[0]!, weights)
    : noNorm;
  const direction = final.pullBack(read);

  const components = [
    dot(of('hook_embed'), direction),
    ...(model.positions.kind === 'learned' ? [dot(of('hook_pos_embed'), direction)] : []),
  ];
  const biases: number[] = [];
  const heads: number[] = [];
  const neurons: number[] = [];
  const sources: number[] = [];
  let [headGap, neuronGap, sourceGap] = [0, 0, 0];
  for (const l of layersOf(model)) {
    const whole = (branch: Branch) => dot(of(`blocks.${l}.hook_${branch}_out`), direction);
    const readings = branchesOf(model).map((branch) => branchReading(pass, l, branch, direction));
    const [attn, mlp] = readings as [BranchReading, BranchReading?];
    append(components, branchesOf(model).map(whole));
    append(
      biases,
      readings.flatMap((reading) => reading.biases),
    );
    if (asked.includes('heads') || asked.includes('sources')) {
      const result = of(`blocks.${l}.attn.hook_result`);
      const own = Array.from({ length: H }, (_, h) =>
        dot(result.subarray(h * D, (h + 1) * D), attn.direction),
      );
      append(heads, own);
      headGap = Math.max(headGap, Math.abs(sum(own) + sum(attn.biases) - whole('attn')));
      if (asked.includes('sources')) {
        const split = sourcesOf(pass, l, { row, T }, attn.direction);
        append(sources, split);
        for (const [h, head] of own.entries())
          sourceGap = Math.max(sourceGap, Math.abs(sum(split.slice(h * T, (h + 1) * T)) - head));
      }
    }
    if (mlp && asked.includes('neurons')) {
      const along = readAlong(streamMatrix(model, weights[`blocks.${l}.mlp.W_out`]!), M, mlp.direction);
      const own = Array.from(of(`blocks.${l}.mlp.hook_post`), (post, n) => residScale * post * along[n]!);
      append(neurons, own);
      neuronGap = Math.max(neuronGap, Math.abs(sum(own) + sum(mlp.biases) - whole('mlp')));
    }
  }
  if (final.bias) components.push(dot(final.bias, read));
  if (model.bias.unembed)
    components.push(ofTarget(target, (id) => model.logitScale * weights['unembed.b_U']![id]!));
  const logit =
    uncapped(metric.answer, model) - (target.distractor === null ? 0 : uncapped(metric.distractor, model));
  return {
    logit,
    components,
    biases,
    ...(asked.includes('heads') ? { heads } : {}),
    ...(asked.includes('neurons') ? { neurons } : {}),
    ...(asked.includes('sources') ? { sources } : {}),
    differences: {
      components: Math.abs(sum(components) - logit),
      ...(asked.includes('heads') ? { heads: headGap } : {}),
      ...(asked.includes('neurons') ? { neurons: neuronGap } : {}),
      ...(asked.includes('sources') ? { sources: sourceGap } : {}),
    },
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** f(answer) - f(distractor), or f(answer). */
function ofTarget({ answer, distractor }: Target, f: (id: number) => number): number {
  return f(answer) - (distractor === null ? 0 : f(distractor));
}

/** The direction of the target's logit, [D]. */
function unembedded({ model, weights }: Pass, target: Target): Float64Array {
  const table = weights[unembedding(model)]!;
  return Float64Array.from({ length: model.dModel }, (_, d) =>
    ofTarget(target, (id) => model.logitScale * table[id * model.dModel + d]!),
  );
}

/** The logit before its soft cap. */
function uncapped(logit: number, { logitSoftcap: cap }: ModelSpec): number {
  return cap === null ? logit : cap * Math.atanh(logit / cap);
}

/** How a branch's terms (heads, neurons, bias) are read, through any norm after it. */
interface BranchReading {
  readonly direction: Float64Array;
  readonly biases: readonly number[];
}

function branchReading(pass: Pass, l: number, branch: Branch, direction: Float64Array): BranchReading {
  const { model, captures, weights } = pass;
  const norm = branchNorm(model, l, branch, captures, weights);
  const inner = norm.pullBack(direction);
  const [hasBias, bias] = branch === 'attn' ? [model.bias.o, 'attn.b_O'] : [model.bias.mlp, 'mlp.b_out'];
  return {
    direction: inner,
    biases: [
      ...(hasBias ? [model.residScale * dot(weights[`blocks.${l}.${bias}`]!, inner)] : []),
      ...(norm.bias ? [dot(norm.bias, direction)] : []),
    ],
  };
}

/** A head's term by source, [H, T]: residScale pattern[h, row, s] v[s] W_O[h] . direction. */
function sourcesOf(
  { model, captures, weights }: Pass,
  l: number,
  { row, T }: { row: number; T: number },
  direction: Float64Array,
): number[] {
  const { nHeads: H, nKvHeads: G, dHead: K, residScale } = model;
  const pattern = captures[`blocks.${l}.attn.hook_pattern`]!.data;
  const values = captures[`blocks.${l}.attn.hook_v`]!.data;
  const readings = readAlong(streamMatrix(model, weights[`blocks.${l}.attn.W_O`]!), H * K, direction);
  return Array.from({ length: H * T }, (_, cell) => {
    const [h, s] = [Math.floor(cell / T), cell % T];
    const at = (s * G + Math.floor((h * G) / H)) * K;
    const value = dot(values.subarray(at, at + K), readings.subarray(h * K, (h + 1) * K));
    return residScale * pattern[(h * T + row) * T + s]! * value;
  });
}
