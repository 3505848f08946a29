/** The net with only the edges of a causal graph. */
import type { CausalGraph } from './graph';
import { hasEdges, type Net } from './net';

/**
 * A copy of `net` with zero weights outside the graph: in its layers, only edges from parents to
 * effects stay. Biases stay. Other labels' logits become constant, so only the graph's label can be
 * compared.
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
