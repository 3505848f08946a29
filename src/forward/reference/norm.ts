/** Norms in float64: of the stream, of a branch's input and output, of queries and keys. */
import { branchColumns } from '../../model/spec';
import { affine, normalize } from './math';
import { type Pass, optional } from './pass';

/** The norm `name`, e.g. 'blocks.0.ln1', of rows of D. */
export function norm(pass: Pass, name: string, x: Float64Array): Float64Array {
  const { spec, at } = pass;
  const { hasWeight, hasBias, shift } = spec.norm;
  return affine(
    normalize(x, spec.dModel, spec.norm, (part, y) => at(`${name}.${part}`, y)),
    optional(pass, hasWeight, `${name}.w`),
    optional(pass, hasBias, `${name}.b`),
    shift,
  );
}

/** What a branch (attention, MLP) reads of its input [T, D]: a norm if the model has one there. */
export function normBefore(pass: Pass, name: string, x: Float64Array): Float64Array {
  const { placement } = pass.spec;
  return placement === 'pre' || placement === 'sandwich' ? norm(pass, name, x) : x;
}

/** What a branch adds to the stream of its output [T, D]: a norm if the model has one there. */
export function normAfter(pass: Pass, name: string, x: Float64Array): Float64Array {
  const { placement } = pass.spec;
  if (placement === 'sandwich') return norm(pass, `${name}_post`, x);
  return placement === 'branch-end' ? norm(pass, name, x) : x;
}

/** The RMS norm of a block's queries or keys: over each head's K columns, or over all heads'. */
export function branchNorm(pass: Pass, block: string, branch: 'q' | 'k', x: Float64Array): Float64Array {
  const { spec, weight, at } = pass;
  const { qkNorm } = spec.attention;
  if (qkNorm === 'none') return x;
  const name = `${block}.attn.${branch}_norm`;
  const width = qkNorm === 'head' ? spec.dHead : branchColumns(spec, branch).width;
  const normalized = normalize(x, width, { kind: 'rms', eps: spec.norm.eps }, (part, y) =>
    at(`${name}.${part}`, y),
  );
  return affine(normalized, weight(`${name}.w`), null, spec.norm.shift);
}
