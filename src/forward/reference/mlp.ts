/**
 * The MLP of one block in float64: norm, product, activation (gated or not), product; or a mixture
 * of experts.
 */
import { expertsOf } from '../../model/spec';
import { experts } from './experts';
import { ACTIVATIONS, linear } from './math';
import { normAfter, normBefore } from './norm';
import { type Pass, matrix, optional } from './pass';

/** Block l's MLP on its copy of the stream [T, D] -> what it adds, `hook_mlp_out` [T, D]. */
export function mlp(pass: Pass, l: number, mlpIn: Float64Array): Float64Array {
  const name = `blocks.${l}`;
  const x = normBefore(pass, `${name}.ln2`, mlpIn);
  const out = expertsOf(pass.spec, l) ? experts(pass, l, x) : dense(pass, name, x);
  const scaled = out.map((y) => pass.spec.residScale * y);
  return pass.at(`${name}.hook_mlp_out`, normAfter(pass, `${name}.ln2`, scaled));
}

/** x [T, D] -> [T, D]. */
function dense(pass: Pass, name: string, x: Float64Array): Float64Array {
  const { spec, T, at } = pass;
  const { dModel: D, dMlp: M } = spec;
  const product = (input: Float64Array, letter: 'gate' | 'in' | 'out', inputs: number, outputs: number) =>
    linear(
      input,
      T,
      matrix(pass, `${name}.mlp.W_${letter}`, inputs, outputs),
      { first: 0, width: outputs },
      optional(pass, spec.bias.mlp, `${name}.mlp.b_${letter}`),
    );
  const pre = at(`${name}.mlp.hook_pre`, product(x, spec.mlp.gated ? 'gate' : 'in', D, M));
  const active = pre.map(ACTIVATIONS[spec.mlp.act]);
  const linearPart = spec.mlp.gated ? at(`${name}.mlp.hook_pre_linear`, product(x, 'in', D, M)) : null;
  const post = at(`${name}.mlp.hook_post`, linearPart ? active.map((a, i) => a * linearPart[i]!) : active);
  return product(post, 'out', M, D);
}
