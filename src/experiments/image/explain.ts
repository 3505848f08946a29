/** Maps of a picture by hiding parts of it: occlusion, RISE and LIME. Each row is one changed picture. */
import { range } from '../../util/range';
import { type Fill, filling } from './fills';
import { limeFit, limeRows } from './lime';
import { keptOutside, occlusionMap, type Place, type Windows, windowPlaces } from './occlusion';
import { cellsIn, mixed, type Picture, type PixelMap } from './picture';
import { riseMasks } from './rise';
import { GROUP, partOf, type Scores, type Step } from './scores';
import { slic } from './slic';

export const METHODS = { occlusion: 'occlusion', rise: 'RISE', lime: 'LIME' } as const;
export type Method = keyof typeof METHODS;

/** What all methods need; numbers that a method does not use are ignored. */
export interface Explaining {
  readonly fill: Fill;
  /** Percent of the picture's shorter side. */
  readonly window: number;
  readonly stride: number;
  /** Changed pictures of RISE and LIME. */
  readonly samples: number;
  readonly seed: number;
  readonly grid: number;
  readonly keep: number;
  readonly segments: number;
  readonly compactness: number;
  readonly kernelWidth: number;
}

/** A map, and what the finding says of it. */
export interface Explained {
  readonly map: PixelMap;
  /** Of occlusion: the square whose hiding lowers the class most, and p before and without it. */
  readonly strongest?: { readonly place: Place; readonly before: number; readonly without: number };
}

/** `onPart`: called with the map so far. */
export interface Explainer {
  readonly scores: Scores;
  readonly how: Explaining;
  readonly step: Step;
  onPart?(map: PixelMap, done: number): void;
}

export const EXPLAIN: Readonly<Record<Method, (picture: Picture, by: Explainer) => Promise<Explained>>> = {
  occlusion,
  rise,
  lime,
};

export function windowsOf({ height, width }: Picture, { window, stride }: Explaining): Windows {
  const pixels = (percent: number) => Math.max(1, Math.round((Math.min(height, width) * percent) / 100));
  return { window: pixels(window), stride: Math.min(pixels(stride), pixels(window)) };
}

async function occlusion(picture: Picture, { scores, how, step }: Explainer): Promise<Explained> {
  const other = filling(picture, how.fill);
  const places = windowPlaces(picture, windowsOf(picture, how));
  const hidden = places.map((place) => () => mixed(picture.data, other, keptOutside(picture, place)));
  const [before, ...p] = await scores.of([() => picture.data, ...hidden], step);
  const drops = p.map((one) => before! - one);
  const most = drops.reduce((best, drop, i) => (drop > drops[best]! ? i : best), 0);
  const strongest = { place: places[most]!, before: before!, without: p[most]! };
  return { map: occlusionMap(picture, places, drops), strongest };
}

async function rise(picture: Picture, { scores, how, step, onPart }: Explainer): Promise<Explained> {
  const other = filling(picture, how.fill);
  const masks = riseMasks(picture, how);
  const sum = new Float64Array(cellsIn(picture));
  let done = 0;
  while (done < how.samples) {
    const own = range(done, Math.min(how.samples, done + GROUP)).map(() => masks.next().value);
    const group = partOf(step, done / GROUP, Math.ceil(how.samples / GROUP));
    const p = await scores.of(
      own.map((mask) => () => mixed(picture.data, other, mask)),
      group,
    );
    for (const [k, mask] of own.entries()) for (let i = 0; i < sum.length; i++) sum[i]! += p[k]! * mask[i]!;
    done += own.length;
    onPart?.(
      sum.map((value) => value / done),
      done,
    );
  }
  return { map: sum.map((value) => value / done) };
}

async function lime(picture: Picture, { scores, how, step }: Explainer): Promise<Explained> {
  const other = filling(picture, how.fill);
  const segments = slic(picture, how);
  const draw = limeRows(segments.count, how.seed);
  const rows = range(0, how.samples).map(() => draw.next().value);
  const p = await scores.of(
    rows.map(
      (row) => () =>
        mixed(
          picture.data,
          other,
          segments.labels.map((label) => row[label]!),
        ),
    ),
    step,
  );
  const { weights } = limeFit(rows, p, how.kernelWidth);
  return { map: Float64Array.from(segments.labels, (label) => weights[label]!) };
}
