/**
 * The net with the graph's edges alone: in every layer of the graph, the edges to its effects from
 * channels that it does not keep are cut, all at once. What is left of the class's logit?
 */
import type { NetSpec } from '../../model/net';
import type { EdgeEdit, NetRun } from '../../model/netRun';
import { candidatesOf } from './channels';
import type { ClassGraph } from './search';

/** The edges that a class graph leaves out, an edit per layer. */
export function leftOut(net: NetSpec, { layers }: ClassGraph): EdgeEdit[] {
  return layers.flatMap(({ layer: site, effects, candidates }) => {
    const entries = candidatesOf(net, net.layers.find((one) => one.site === site)!);
    const causes = candidates.filter(({ kept }) => !kept).flatMap(({ channel }) => entries[channel]!);
    return causes.length === 0 ? [] : [{ layer: site, causes, effects, u: 0 }];
  });
}

/** For each picture: as it is, then repaired. */
export const repairRuns = (net: NetSpec, graph: ClassGraph, images: number): NetRun[] =>
  Array.from({ length: images }, (_, image) => image).flatMap((image): NetRun[] => [
    { id: `image ${image}`, image },
    { id: `image ${image}, repaired`, image, edges: leftOut(net, graph) },
  ]);
