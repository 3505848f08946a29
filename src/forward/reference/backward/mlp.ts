/** The MLP of one block backward: product, activation (gated or not), product, norm. */
import { expertsOf } from '../../../model/spec';
import { ACTIVATIONS, sum } from '../math';
import { matrix } from '../pass';
import { expertsBackward } from './experts';
import { linearBackward, SLOPES } from './math';
import { normAfterBackward, normBeforeBackward } from './norm';
import type { BackwardPass } from './pass';

/** g: of the stream that block l's MLP adds to, [T, D] -> of its copy of the stream, [T, D]. */
export function mlpBackward(back: BackwardPass, l: number, g: Float64Array): Float64Array {
  const name = `blocks.${l}`;
  const scaled = normAfterBackward(back, `${name}.ln2`, back.at(`${name}.hook_mlp_out`, g));
  const out = scaled.map((value) => back.spec.residScale * value);
  const x = expertsOf(back.spec, l) ? expertsBackward(back, l, out) : denseBackward(back, name, out);
  return back.at(`${name}.hook_mlp_in`, normBeforeBackward(back, `${name}.ln2`, x));
}

/** [T, D] -> [T, D]. */
function denseBackward(back: BackwardPass, name: string, g: Float64Array): Float64Array {
  const { spec, T, at, values } = back;
  const { dModel: D, dMlp: M, mlp } = spec;
  const through = (gradient: Float64Array, letter: 'gate' | 'in' | 'out', inputs: number, outputs: number) =>
    linearBackward(gradient, T, matrix(back, `${name}.mlp.W_${letter}`, inputs, outputs), inputs);
  const post = at(`${name}.mlp.hook_post`, through(g, 'out', M, D));
  const pre = values(`${name}.mlp.hook_pre`).after;
  const linear = mlp.gated ? values(`${name}.mlp.hook_pre_linear`).after : null;
  const slope = SLOPES[mlp.act];
  const gPre = at(
    `${name}.mlp.hook_pre`,
    post.map((value, i) => value * slope(pre[i]!) * (linear ? linear[i]! : 1)),
  );
  const x = through(gPre, mlp.gated ? 'gate' : 'in', D, M);
  if (!mlp.gated) return x;
  const act = ACTIVATIONS[mlp.act];
  const gLinear = at(
    `${name}.mlp.hook_pre_linear`,
    post.map((value, i) => value * act(pre[i]!)),
  );
  return sum(x, through(gLinear, 'in', D, M));
}
