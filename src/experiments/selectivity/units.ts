/** The units ablated alone: attention heads and MLP layers. */
import { listSites } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { RandomState } from '../../util/random';
import { range } from '../../util/range';
import { shuffled } from '../../util/shuffled';

export interface Unit {
  readonly layer: number;
  /** Absent for the layer's MLP. */
  readonly head?: number;
}

/** Heads by layer, then MLPs. */
export function unitsOf(model: ModelSpec): Unit[] {
  const layers = range(0, model.nLayers);
  const heads = layers.flatMap((layer) => range(0, model.nHeads).map((head) => ({ layer, head })));
  const hasMlp = listSites(model).some(({ name }) => name === 'blocks.0.hook_mlp_out');
  return [...heads, ...(hasMlp ? layers.map((layer) => ({ layer })) : [])];
}

/** 'a1.h2', 'm0' */
export const unitName = ({ layer, head }: Unit): string =>
  head === undefined ? `m${layer}` : `a${layer}.h${head}`;

/**
 * A random circuit with as many units per layer, drawn without replacement from outside the
 * circuit; a layer with too few others reuses the circuit's own.
 */
export function matchedCircuit(
  all: readonly Unit[],
  circuit: readonly number[],
  random: RandomState,
): number[] {
  const layers = [...new Set(circuit.map((u) => all[u]!.layer))];
  return layers.flatMap((layer) => {
    const wanted = circuit.filter((u) => all[u]!.layer === layer).length;
    const inLayer = [...all.keys()].filter((u) => all[u]!.layer === layer);
    const [others, own] = [false, true].map((isOwn) => {
      const among = inLayer.filter((u) => circuit.includes(u) === isOwn);
      return shuffled(among, random);
    });
    return [...others!, ...own!].slice(0, wanted);
  });
}
