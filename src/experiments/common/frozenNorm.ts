/**
 * A norm with frozen scale s is affine, row by row, so it splits a sum exactly into its terms:
 *   y = A x + b,   A x = (x - mean(x)) / s * (w + shift)   (RMS norm: no mean).
 */
import type { Tensor } from '../../forward/request/contract';
import type { ModelSpec, NormSpec } from '../../model/spec';

export interface FrozenNorm {
  /** A x. */
  apply(x: ArrayLike<number>): Float64Array;
  /** The direction e with e . x = d . (A x) for every x. */
  pullBack(d: ArrayLike<number>): Float64Array;
  /** b; null for none. */
  readonly bias: Float32Array | null;
}

/** Names of a norm's weights, e.g. of 'ln_final'. */
export function normWeights({ hasWeight, hasBias }: NormSpec, name: string): string[] {
  return [...(hasWeight ? [`${name}.w`] : []), ...(hasBias ? [`${name}.b`] : [])];
}

/** The norm `name` with `scale` of one row, hook_scale. */
export function frozenNorm(
  { kind, hasWeight, hasBias, shift }: NormSpec,
  name: string,
  scale: number,
  weights: Readonly<Record<string, Float32Array>>,
): FrozenNorm {
  const w = hasWeight ? weights[`${name}.w`]! : null;
  const factor = (i: number): number => (w ? w[i]! + shift : 1) / scale;
  const centred = (x: Float64Array): Float64Array => {
    if (kind === 'rms') return x;
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    return x.map((value) => value - mean);
  };
  return {
    apply: (x) => centred(Float64Array.from(x)).map((value, i) => value * factor(i)),
    pullBack: (d) => centred(Float64Array.from(d, (value, i) => value * factor(i))),
    bias: hasBias ? weights[`${name}.b`]! : null,
  };
}

export const noNorm: FrozenNorm = {
  apply: (x) => Float64Array.from(x),
  pullBack: (d) => Float64Array.from(d),
  bias: null,
};

/** The norm of a branch's output before it joins the stream; null for none. */
export function branchNormName({ placement }: ModelSpec, branch: 'attn' | 'mlp'): string | null {
  const ln = branch === 'attn' ? 'ln1' : 'ln2';
  if (placement === 'sandwich') return `${ln}_post`;
  return placement === 'branch-end' ? ln : null;
}

/** That norm in block `l`, with one row's captured scale. */
export function branchNorm(
  model: ModelSpec,
  l: number,
  branch: 'attn' | 'mlp',
  captures: Readonly<Record<string, Tensor>>,
  weights: Readonly<Record<string, Float32Array>>,
): FrozenNorm {
  const name = branchNormName(model, branch);
  if (!name) return noNorm;
  const scale = captures[`blocks.${l}.${name}.hook_scale`]!.data[0]!;
  return frozenNorm(model.norm, `blocks.${l}.${name}`, scale, weights);
}
