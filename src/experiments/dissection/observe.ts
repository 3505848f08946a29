/** What is seen before anything is changed: pictures, units' maps, concepts' masks. */
import { logitSite } from '../../model/net';
import { largestIds } from '../../util/largest';
import { range } from '../../util/range';
import { type Concept, mapSite } from '../concepts/concepts';
import { type Picture, pictureOf } from '../image/picture';
import { rowsAt } from '../concepts/outcome';
import { isGenerator, madePicture, type Tones } from '../concepts/pictures';
import type { NetLab } from '../net/experiment';
import { type Agreement, agreementsOf, type CutRule, type Maps, type Masks } from './agree';
import type { DissectionSpec } from './spec';

export interface Setup {
  readonly spec: DissectionSpec;
  readonly lab: NetLab;
  readonly inputs: readonly Float32Array[];
  readonly tones: Tones;
  readonly concepts: readonly Concept[];
}

export interface Seen {
  readonly pictures: readonly Picture[];
  readonly maps: Maps;
  /** By concept. */
  readonly masks: readonly Masks[];
  /** The class that the net says of each picture; null for a generator. */
  readonly classes: readonly number[] | null;
}

/** Its share of the work. */
export const OBSERVING = 0.2;

export async function observe({ spec, lab, inputs, tones, concepts }: Setup): Promise<Seen> {
  const { net } = lab;
  const answer = isGenerator(net) ? net.sites.at(-1)!.name : logitSite(net);
  const reads = concepts.flatMap((one) => one.reads ?? []);
  const tensors = await lab.ask({
    images: inputs,
    runs: inputs.map((_, image) => ({ id: `picture ${image}`, image })),
    reads: [...new Set([spec.site, answer, ...reads])],
    doing: 'units and pictures',
    share: [0, OBSERVING],
  });
  const rows = inputs.map((_, i) => rowsAt(tensors, i));
  const pictures = inputs.map((input, i) =>
    isGenerator(net) ? madePicture(net, rows[i]![answer]!, tones) : pictureOf(lab, spec, input),
  );
  const [units, height, width] = mapSite(net, spec.site).shape;
  return {
    pictures,
    maps: { data: tensors[spec.site]!.data, pictures: inputs.length, units, size: [height, width] },
    masks: concepts.map((one) =>
      pictures.map((picture, i) => one.mask(picture, i, one.reads === null ? null : rows[i]![one.reads]!)),
    ),
    classes: isGenerator(net) ? null : rows.map((row) => largestIds(row[answer]!, 1)[0]!),
  };
}

/** A unit's agreement with each concept. */
export const agreementsFor = ({ maps, masks, pictures }: Seen, unit: number, cut: CutRule): Agreement[] =>
  agreementsOf(maps, unit, masks, [pictures[0]!.height, pictures[0]!.width], cut);

/**
 * Units by agreement with a concept, most first: on the pictures that chose their thresholds, so that
 * the others judge the choice.
 */
export function rankedFor(found: readonly (readonly Agreement[])[], concept: number): number[] {
  const score = (unit: number) => found[unit]![concept]!.chosenOn ?? found[unit]![concept]!.iou;
  return range(0, found.length).sort((a, b) => score(b) - score(a) || a - b);
}
