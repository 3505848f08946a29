/** What a class graph is worth: the net with its edges alone, its maps, and how stable both are. */
import { minus } from '../../results/format';
import type { Figure } from '../../results/document';
import { AHMAD_NOISE, localLipschitz, noisyInputs } from '../../statistics/lipschitz';
import { mean, tInterval } from '../../statistics/stats';
import { softmax } from '../../util/distribution';
import { largestIds } from '../../util/largest';
import { range } from '../../util/range';
import { averaged } from '../common/average';
import { mapsFigure } from '../concepts/maps';
import type { NetFindings, NetLab } from '../net/experiment';
import { questionPicture } from '../net/pixels';
import { pictureShape } from '../../model/picture';
import type { ClassGraphSpec } from './spec';
import { classMaps, mappedLayers } from './maps';
import { repairRuns } from './repair';
import type { AskLogits, ClassGraph, ClassLayer } from './search';
import type { LayerStability } from './stability';

export interface Repaired {
  /** Mean logit of the class: as it is, and with the graph's edges alone. */
  readonly clean: number;
  readonly repaired: number;
  readonly figure: Figure;
}

/** `images`: how many are right. */
export async function repair(
  lab: NetLab,
  label: number,
  graph: ClassGraph,
  images: number,
  ask: AskLogits,
): Promise<Repaired> {
  const rows = await ask(repairRuns(lab.net, graph, images), 'the graph alone', [0, 1]);
  const of = (state: number) => range(0, images).map((i) => rows[2 * i + state]!);
  const states = [of(0), of(1)].map((own) => ({
    logit: mean(own.map((row) => row[label]!)),
    p: mean(own.map((row) => softmax(row)[label]!)),
    right: mean(own.map((row) => Number(largestIds(row, 1)[0] === label))),
  }));
  const changes = of(1).map((row, i) => row[label]! - of(0)[i]![label]!);
  const interval = tInterval(changes);
  const shown = interval ? ` [${interval.map((end) => minus(end.toFixed(2))).join(', ')}]` : '';
  return {
    clean: states[0]!.logit,
    repaired: states[1]!.logit,
    figure: {
      name: 'repair',
      title: 'the net with the graph’s edges alone',
      axes: [
        { name: 'net', labels: ['as it is', 'graph alone'] },
        { name: 'number', labels: ['logit', 'probability', 'share of pictures that it says it of'] },
      ],
      unit: '',
      values: states.flatMap(({ logit, p, right }) => [logit, p, right]),
      drawn: 'table',
      scale: 'signed',
      caption: `Means over ${images} images. All other edges to the graph’s channels are cut at once. The logit changes by ${minus(mean(changes).toFixed(2))}${shown}.`,
    },
  };
}

/** Most layers in one figure. */
const MOST_LAYERS = 4;

/** The layers whose maps are shown: the one asked for, or some of all, from the class down. */
export function shownLayers(spec: ClassGraphSpec, lab: NetLab, graph: ClassGraph): ClassLayer[] {
  const all = mappedLayers(lab.net, graph.layers);
  if (spec.at !== null) {
    const found = all.filter(({ layer }) => layer === spec.at);
    if (found.length > 0) return found;
    throw new Error(
      `class-graph: at: has no map, got '${spec.at}', expected one of ${all.map(({ layer }) => layer).join(', ') || 'none: the graph has no convolution'}.`,
    );
  }
  const every = Math.max(1, (all.length - 1) / (MOST_LAYERS - 1));
  return all.length <= MOST_LAYERS ? all : range(0, MOST_LAYERS).map((i) => all[Math.round(i * every)]!);
}

/** Maps of the first pictures that the net gets right, a figure each. */
export async function mapsOf(
  spec: ClassGraphSpec,
  lab: NetLab,
  layers: readonly ClassLayer[],
  right: readonly number[],
): Promise<Required<Pick<NetFindings, 'figures' | 'pictures'>>> {
  const shown = right.slice(0, spec.maps);
  const { height, width } = pictureShape(lab.net.input)!;
  const images = shown.map((i) => lab.images[i]!);
  const maps: Float64Array[][] = [];
  for (const layer of layers)
    maps.push(await classMaps({ lab, layer, size: [height, width], share: [0.85, 0.85] }, images));
  return {
    pictures: shown.map((i) => questionPicture(lab, spec, i)!),
    figures: shown.map((i, over) =>
      mapsFigure({
        name: `map-${i}`,
        title: `where the graph looks on ${spec.images[i]!.name}`,
        axis: 'layer',
        labels: layers.map(({ layer }) => layer),
        unit: 'share',
        over,
        maps: maps.map((own) => own[over]!),
        size: [height, width],
        caption:
          'For each of a layer’s effects a softmax over places of what its kept channels send it, their mean; summed over effects.',
      }),
    ),
  };
}

/** How much the map at a layer moves when the picture moves, on the first pictures. */
export async function lipschitzFigure(
  spec: ClassGraphSpec,
  lab: NetLab,
  layer: ClassLayer,
  right: readonly number[],
): Promise<Figure> {
  const { height, width } = pictureShape(lab.net.input)!;
  const found: number[] = [];
  for (const i of right.slice(0, spec.noisy)) {
    const moved = noisyInputs(lab.images[i]!, AHMAD_NOISE);
    const [own, ...maps] = await classMaps({ lab, layer, size: [height, width], share: [0.9, 0.9] }, [
      lab.images[i]!,
      ...moved.map((one) => Float32Array.from(one)),
    ]);
    found.push(localLipschitz(lab.images[i]!, own!, moved, maps));
  }
  return {
    name: 'lipschitz',
    title: `local Lipschitz estimate of the map at ${layer.layer}`,
    axes: [{ name: 'map', labels: [layer.layer] }],
    unit: 'per unit of input',
    ...averaged(
      found.map((value) => [value]),
      { what: 'images' },
    ),
    drawn: 'bars',
    scale: 'positive',
    caption: `The largest change of the map over the change of the input, over ${AHMAD_NOISE.count} noisy inputs (mean and deviation ${AHMAD_NOISE.mean}, seed ${AHMAD_NOISE.seed}). Smaller is more stable.`,
  };
}

export const stabilityFigure = (spec: ClassGraphSpec, layers: readonly LayerStability[]): Figure => ({
  name: 'stability',
  title: 'overlap of a layer’s channels with the graph’s',
  axes: [
    { name: 'layer', labels: layers.map(({ layer }) => layer) },
    { name: 'u up to', labels: spec.betas.map(String), at: [...spec.betas] },
  ],
  unit: 'Jaccard',
  ...averaged(
    range(0, spec.draws).map((k) => layers.flatMap(({ overlaps }) => overlaps.map((own) => own[k]!))),
    { what: 'draws of u', isDrawn: true, bounds: [0, 1] },
  ),
  drawn: 'lines',
  scale: 'positive',
  caption: 'Edges set to a number between 0 and this, another for each channel. 1: the same channels.',
});
