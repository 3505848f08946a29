/** The net that a causal graph describes: its edges, and nothing else. */
import type { CausalGraph } from './graph';
import { hasEdges, type Net } from './net';

/**
 * A copy of `net` in which the weights of every edge outside the graph are 0: in each of the graph's layers only edges from
 * its parents to its effects stay. Biases stay. Other labels' logits thereby become constants: only the graph's label can
 * be compared.
 */
export function keepCausalEdges(net: Net, graph: CausalGraph): Net {
  const layers = net.layers.map((layer, index) => {
    const kept = graph.layers.find((one) => one.index === index);
    if (!kept || !hasEdges(layer)) return layer;
    const weight = layer.weight.map((value, at) => {
      const edge = Math.floor(at / layer.span);
      const [effect, parent] = [Math.floor(edge / layer.parents), edge % layer.parents];
      return kept.effects.includes(effect) && kept.parents.includes(parent) ? value : 0;
    });
    return { ...layer, weight };
  });
  return { ...net, layers };
}
