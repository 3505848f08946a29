/** The oracle of interventions: rewrites weights in a copy of the net, one candidate at a time. */
import { forward, type Run } from '../forward';
import { hasEdges, type Net } from '../net';

/** Logits [candidates, rows, classes], like `edited` of `intervene`. */
export function rewrittenLogits(
  run: Run,
  samples: readonly ArrayLike<number>[],
  index: number,
  effects: readonly number[],
  candidates: readonly number[],
  u: ArrayLike<number>,
): Float64Array {
  const parts = candidates.map(
    (parent, c) => forward(rewritten(run.net, index, effects, parent, u[c]!), samples).logits,
  );
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

function rewritten(net: Net, index: number, effects: readonly number[], parent: number, u: number): Net {
  const layers = net.layers.map((layer, l) => {
    if (l !== index || !hasEdges(layer)) return layer;
    const weight = layer.weight.slice();
    for (const effect of effects) {
      for (let p = 0; p < layer.span; p++) weight[(effect * layer.parents + parent) * layer.span + p] = u;
    }
    return { ...layer, weight };
  });
  return { ...net, layers };
}
