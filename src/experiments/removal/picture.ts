/** What one picture says: maps, deletion curves, areas, regions, and how far maps move. */
import { areaUnder } from '../image/curve';
import { EXPLAIN, METHODS, type Method } from '../image/explain';
import { filling } from '../image/fills';
import { AHMAD_NOISE, lipschitzRatio, noisyInputs } from '../../statistics/lipschitz';
import { largestFirst, removals, segmentMeans } from '../image/order';
import { mixed, type Picture, pictureOf, type PixelMap } from '../image/picture';
import { maxOf } from '../../util/lists';
import type { Scores, Step } from '../image/scores';
import { slic } from '../image/slic';
import type { NetLab } from '../net/experiment';
import type { NetSpec } from '../../model/net';
import { regionOf } from './regions';
import type { Removal, RemovalSpec } from './spec';

type By<K extends string, V> = ReadonlyMap<K, V>;

export interface PictureFound {
  readonly maps: By<Method, PixelMap>;
  /** p after 0, 1, ... segments, in the order of the first map. */
  readonly curves: { readonly most: By<Removal, number[]>; readonly least: By<Removal, number[]> };
  /** IROF: area under p / p0, most important first. */
  readonly areas: By<Method, By<Removal, number>>;
  readonly lipschitz: By<Method, number>;
  /** p of the whole picture, without its region, and of the region alone. */
  readonly region: { readonly whole: number; readonly parts: By<Removal, readonly [number, number]> } | null;
}

export interface Asking {
  readonly spec: RemovalSpec;
  readonly lab: NetLab;
  readonly scores: Scores;
  /** Those of the spec that the net allows. */
  readonly ways: readonly Removal[];
  /** The next part of the work. */
  next(doing: string): Step;
}

/** IROF is reported with both, where the net allows, since rankings differ between them. */
export const areaWays = ({ unmaskable }: NetSpec): readonly Removal[] =>
  unmaskable === null ? ['mean', 'layer-mask'] : ['mean'];

/** Parts of the work that one picture asks for. */
export function partsOf(
  { maps, lipschitz, regions }: RemovalSpec,
  net: NetSpec,
  ways: readonly Removal[],
): number {
  const own = areaWays(net);
  const known = own.filter((way) => ways.includes(way)).length;
  const all =
    maps.length * (lipschitz ? 1 + AHMAD_NOISE.count : 1) +
    2 * ways.length +
    maps.length * own.length -
    known;
  return all + (regions ? ways.length : 0);
}

/** `index`: of the question's pictures. */
export async function measurePicture(asking: Asking, index: number): Promise<PictureFound> {
  const { spec, lab, ways, next } = asking;
  const input = lab.images[index]!;
  const picture = pictureOf(lab, spec, input);
  const segments = slic(picture, spec);
  const maps = new Map<Method, PixelMap>();
  for (const method of spec.maps) maps.set(method, await mapOf(asking, picture, method));
  const orderOf = (method: Method) => largestFirst(segmentMeans(maps.get(method)!, segments));
  const curve = (way: Removal, order: readonly number[], doing: string) =>
    remaining(asking, { picture, input }, way, removals(order, segments), next(`${doing}, ${way}`));

  const first = orderOf(spec.maps[0]!);
  const most = new Map<Removal, number[]>();
  const least = new Map<Removal, number[]>();
  for (const way of ways) {
    most.set(way, await curve(way, first, 'most important first'));
    least.set(way, await curve(way, first.toReversed(), 'least important first'));
  }
  const areas = new Map<Method, Map<Removal, number>>();
  for (const method of spec.maps) {
    const own = new Map<Removal, number>();
    for (const way of areaWays(lab.net)) {
      const known = method === spec.maps[0] ? most.get(way) : undefined;
      own.set(way, areaUnder(known ?? (await curve(way, orderOf(method), METHODS[method]))));
    }
    areas.set(method, own);
  }
  const lipschitz = new Map<Method, number>();
  if (spec.lipschitz)
    for (const method of spec.maps)
      lipschitz.set(method, await movedBy(asking, input, maps.get(method)!, method));
  return {
    maps,
    curves: { most, least },
    areas,
    lipschitz,
    region: spec.regions ? await regionScores(asking, { picture, input }, index) : null,
  };
}

async function mapOf({ spec, scores, next }: Asking, picture: Picture, method: Method): Promise<PixelMap> {
  const { map } = await EXPLAIN[method](picture, { scores, how: spec, step: next(METHODS[method]) });
  return map;
}

interface Shown {
  readonly picture: Picture;
  /** As the net takes it. */
  readonly input: Float32Array;
}

/** p of what each mask keeps. */
async function remaining(
  { scores }: Asking,
  { picture, input }: Shown,
  way: Removal,
  masks: readonly Uint8Array[],
  step: Step,
): Promise<number[]> {
  if (way === 'layer-mask') return scores.masked(input, masks, step);
  const other = filling(picture, way);
  return scores.of(
    masks.map((mask) => () => mixed(picture.data, other, mask)),
    step,
  );
}

async function regionScores(asking: Asking, shown: Shown, index: number): Promise<PictureFound['region']> {
  const { spec, ways, next } = asking;
  const text = spec.regions![spec.regions!.length === 1 ? 0 : index]!;
  const inside = regionOf(text, shown.picture);
  const masks = [inside.map(() => 1), inside.map((one) => 1 - one), inside];
  const parts = new Map<Removal, readonly [number, number]>();
  let whole = 0;
  for (const way of ways) {
    const [all, without, alone] = await remaining(asking, shown, way, masks, next(`region, ${way}`));
    whole = all!;
    parts.set(way, [without!, alone!]);
  }
  return { whole, parts };
}

/** The local Lipschitz estimate of a map. */
async function movedBy(asking: Asking, input: Float32Array, map: PixelMap, method: Method): Promise<number> {
  const { spec, lab } = asking;
  const ratios: number[] = [];
  for (const other of noisyInputs(input, AHMAD_NOISE)) {
    const moved = await mapOf(asking, pictureOf(lab, spec, Float32Array.from(other)), method);
    ratios.push(lipschitzRatio(map, moved, input, other));
  }
  return maxOf(ratios);
}
