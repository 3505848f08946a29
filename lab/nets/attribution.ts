/**
 * Input attribution for a convolutional layer of a causal graph (Ahmad et al. 2024): convolves each
 * parent's plane with its kernel to the effect, applies a softmax over positions, and averages over
 * parents. Maps of effects are resized to the input and added: every effect counts 1.
 */
import { assert } from '../../src/util/assert';
import { resizeBilinear } from '../../src/util/bilinear';
import { logSoftmax } from '../../src/util/distribution';
import { edgeLayer, weightsOf } from './effects';
import { inputOf, type Run } from './forward';
import type { GraphLayer } from './graph';
import { addConvolved, planes } from './layers';

/** Map [H, W] over the input of sample `row`. Throws one sentence without a convolution. */
export function attributionMap(run: Run, row: number, { index, parents, effects }: GraphLayer): Float64Array {
  const layer = edgeLayer(run.net, index);
  assert(
    layer.kind === 'conv',
    `attribution: ${layer.name} has no planes, got a ${layer.kind} layer, expected a conv layer.`,
  );
  const [inPlane, outPlane] = planes(layer);
  const [height, width] = [run.net.input[1]!, run.net.input[2]!];
  const input = inputOf(run, index);
  const total = new Float64Array(height * width);
  for (const effect of effects) {
    const average = new Float64Array(outPlane);
    for (const parent of parents) {
      const plane = new Float64Array(outPlane);
      const from = (row * layer.parents + parent) * inPlane;
      addConvolved(layer, plane, 0, input, from, weightsOf(layer, effect, parent));
      logSoftmax(plane).forEach((log, p) => {
        average[p]! += Math.exp(log) / parents.length;
      });
    }
    const resized = resizeBilinear(average, [layer.to[1]!, layer.to[2]!], [height, width]);
    for (let p = 0; p < total.length; p++) total[p]! += resized[p]!;
  }
  return total;
}
