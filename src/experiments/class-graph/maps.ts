/**
 * Where a class graph looks: a map of a picture at one of its convolutions (Ahmad et al. 2024). For each
 * effect, what each kept parent sends it over places, through a softmax; the mean over its parents,
 * resized to the picture, summed over effects.
 *
 * No kernel is read. What parent i sends effect e is what e lacks when the edge is cut: z_e - z'_e.
 */
import { netSite, type NetSpec } from '../../model/net';
import type { NetRun } from '../../model/netRun';
import { resizeBilinear, type Size } from '../../util/bilinear';
import { softmax } from '../../util/distribution';
import { elements } from '../../util/elements';
import type { NetLab } from '../net/experiment';
import { candidatesOf } from './channels';
import { type ClassLayer, keptOf } from './search';

/** Layers of a graph that have maps. */
export const mappedLayers = (net: NetSpec, layers: readonly ClassLayer[]): ClassLayer[] =>
  layers.filter((one) => netSite(net, one.layer).shape.length === 3 && keptOf(one).length > 0);

interface Mapped {
  readonly lab: NetLab;
  readonly layer: ClassLayer;
  /** Of the map: the picture's. */
  readonly size: Size;
  readonly share?: readonly [number, number];
}

/** A map [H, W] of each picture, as the net takes them. */
export async function classMaps(
  { lab, layer: found, size, share = [0, 1] }: Mapped,
  images: readonly Float32Array[],
): Promise<Float64Array[]> {
  const { net } = lab;
  const { layer: site, effects } = found;
  const layer = net.layers.find((one) => one.site === site)!;
  const entries = candidatesOf(net, layer);
  const parents = keptOf(found);
  const sets = [[], ...parents.map((i) => [{ layer: site, causes: entries[i]!, effects, u: 0 }])];
  const runs = images.flatMap((_, image) =>
    sets.map((edges, k): NetRun => ({ id: `picture ${image}, parent ${k - 1}`, image, edges })),
  );
  const { data } = (await lab.ask({ images, runs, reads: [site], doing: `map of ${site}`, share }))[site]!;
  const [channels, height, width] = netSite(net, site).shape as [number, number, number];
  const groupOf = (channel: number, count: number) => Math.floor((channel * layer.groups) / count);
  const feeds = (parent: number, effect: number) =>
    groupOf(parent, entries.length) === groupOf(effect, channels);
  const each = elements([channels, height, width]);
  const plane = (row: number, effect: number) => {
    const at = row * each + effect * height * width;
    return data.subarray(at, at + height * width);
  };
  return images.map((_, image) => {
    const row = image * sets.length;
    const total = new Float64Array(size[0] * size[1]);
    for (const effect of effects) {
      const own = parents.flatMap((parent, k) => (feeds(parent, effect) ? [k + 1] : []));
      if (own.length === 0) continue;
      const whole = plane(row, effect);
      const average = new Float64Array(height * width);
      for (const k of own) {
        const cut = plane(row + k, effect);
        const sent = softmax(Float64Array.from(whole, (value, p) => value - cut[p]!));
        for (const [p, value] of sent.entries()) average[p]! += value / own.length;
      }
      const resized = resizeBilinear(average, [height, width], size);
      for (const [p, value] of resized.entries()) total[p]! += value;
    }
    return total;
  });
}
