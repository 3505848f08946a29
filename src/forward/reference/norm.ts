/** Norms in float64: of the stream, of a branch's input and output, of queries and keys. */
import { isNormedBefore, nameAfter } from '../../model/norms';
import { branchColumns, type ModelSpec } from '../../model/spec';
import { affine, normalize } from './math';
import { type Pass, optional } from './pass';

/** The norm `name`, e.g. 'blocks.0.ln1', of rows of D. */
export function norm(pass: Pass, name: string, x: Float64Array): Float64Array {
  const { spec, at } = pass;
  return weighted(
    pass,
    name,
    normalize(x, spec.dModel, spec.norm, (part, y) => at(`${name}.${part}`, y)),
  );
}

/** The weight and bias, if any, of the norm `name` on normalised rows. */
export function weighted(
  pass: Pick<Pass, 'spec' | 'weight'>,
  name: string,
  normalized: Float64Array,
): Float64Array {
  const { hasWeight, hasBias, shift } = pass.spec.norm;
  const [w, b] = [optional(pass, hasWeight, `${name}.w`), optional(pass, hasBias, `${name}.b`)];
  return affine(normalized, w, b, shift);
}

/** What a branch (attention, MLP) reads of its input [T, D]: a norm if the model has one there. */
export function normBefore(pass: Pass, name: string, x: Float64Array): Float64Array {
  return isNormedBefore(pass.spec) ? norm(pass, name, x) : x;
}

/** What a branch adds to the stream of its output [T, D]: a norm if the model has one there. */
export function normAfter(pass: Pass, name: string, x: Float64Array): Float64Array {
  const after = nameAfter(pass.spec, name);
  return after === null ? x : norm(pass, after, x);
}

/** The RMS norm of a block's queries or keys: over each head's K columns, or over all heads'. */
export function branchNorm(pass: Pass, block: string, branch: 'q' | 'k', x: Float64Array): Float64Array {
  const { spec, weight, at } = pass;
  if (spec.attention.qkNorm === 'none') return x;
  const name = `${block}.attn.${branch}_norm`;
  const shape = { kind: 'rms', eps: spec.norm.eps } as const;
  const normalized = normalize(x, branchNormWidth(spec, branch), shape, (part, y) =>
    at(`${name}.${part}`, y),
  );
  return affine(normalized, weight(`${name}.w`), null, spec.norm.shift);
}

/** Columns over which queries or keys are normalised. */
export const branchNormWidth = (spec: ModelSpec, branch: 'q' | 'k'): number =>
  spec.attention.qkNorm === 'head' ? spec.dHead : branchColumns(spec, branch).width;
