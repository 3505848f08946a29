/** Removal in figures and words: means over pictures. */
import type { Figure } from '../../results/document';
import { type Interval, mean } from '../../statistics/stats';
import { capitalised } from '../../util/capitalised';
import { range } from '../../util/range';
import { averaged, type Bounds } from '../common/average';
import { areaUnder, atShares } from '../image/curve';
import { METHODS, type Method } from '../image/explain';
import { mapFigure } from '../image/mapFigure';
import type { Size } from '../image/picture';
import type { NetFindings, NetLab } from '../net/experiment';
import { questionPicture } from '../net/pixels';
import { areaWays, type PictureFound } from './picture';
import type { Removal, RemovalSpec } from './spec';

/** Shares of a picture at which curves are shown: every twentieth. */
const SHARES = 21;

const NAMES: Readonly<Record<Removal, string>> = {
  'layer-mask': 'layer masking',
  grey: 'grey',
  mean: 'mean colour',
  blur: 'blur',
  noise: 'noise',
};

export interface Removed {
  readonly spec: RemovalSpec;
  readonly lab: NetLab;
  readonly ways: readonly Removal[];
  /** Of the pictures that the net gets right. */
  readonly found: readonly PictureFound[];
  /** The first of them, among the question's, and its size. */
  readonly first: number;
  readonly size: Size;
  readonly skipped: NetFindings['skipped'];
}

export function removalFindings(removed: Removed): NetFindings {
  const { spec, lab, found, first, skipped } = removed;
  const shown = questionPicture(lab, spec, first);
  const { unmaskable } = lab.net;
  const areas = areaFigure(removed);
  return {
    title: spec.name,
    finding: sentence(removed, areas),
    notes: unmaskable !== null && spec.removals.includes('layer-mask') ? [unmaskable] : [],
    figures: [
      curveFigure(removed, 'most'),
      curveFigure(removed, 'least'),
      areas,
      irofFigure(removed),
      ...(spec.lipschitz ? [lipschitzFigure(removed)] : []),
      ...(spec.regions ? [regionFigure(removed)] : []),
      ...(shown ? spec.maps.map((method) => firstMap(removed, method)) : []),
    ],
    pictures: shown ? [shown] : [],
    measured: found.length,
    skipped,
  };
}

const ORDERS = { most: 'most important first', least: 'least important first' } as const;
type Order = keyof typeof ORDERS;

const SHARE: Bounds = [0, 1];

/** Means over pictures, with an interval or a range; `cells`: per cell a number of each picture. */
function overPictures(
  cells: readonly (readonly number[])[],
  bounds?: Bounds,
): Pick<Figure, 'values' | 'intervals' | 'ranges' | 'rule' | 'varies'> {
  const perPicture = range(0, cells[0]!.length).map((i) => cells.map((own) => own[i]!));
  return averaged(perPicture, { what: 'images', isDrawn: true, bounds });
}

function curveFigure({ spec, ways, found }: Removed, order: Order): Figure {
  const curves = ways.map((way) => found.map(({ curves: own }) => atShares(own[order].get(way)!, SHARES)));
  const shares = range(0, SHARES).map((i) => (100 * i) / (SHARES - 1));
  return {
    name: order,
    title: `Segments removed, ${ORDERS[order]}`,
    axes: [
      { name: 'removed parts become', labels: ways.map((way) => NAMES[way]) },
      { name: 'share removed (%)', labels: shares.map((share) => `${share}`), at: shares },
    ],
    unit: 'probability',
    measures: `p(${spec.name})`,
    ...overPictures(
      curves.flatMap((own) => range(0, SHARES).map((i) => own.map((curve) => curve[i]!))),
      SHARE,
    ),
    hatched: ways.flatMap(() => shares.map(() => false)),
    hatching: 'Nothing is hatched: a probability has no zero to differ from.',
    drawn: 'lines',
    scale: 'positive',
    caption: `Segments in the order of each picture's map by ${METHODS[spec.maps[0]!]}; between two of them the curve is straight.`,
  };
}

function areaFigure({ ways, found }: Removed): Figure {
  const orders = Object.keys(ORDERS) as Order[];
  return {
    name: 'areas',
    title: 'Area under p / p0',
    axes: [
      { name: 'removed parts become', labels: ways.map((way) => NAMES[way]) },
      { name: 'order', labels: orders.map((order) => ORDERS[order]) },
    ],
    unit: 'share',
    ...overPictures(
      ways.flatMap((way) =>
        orders.map((order) => found.map((own) => areaUnder(own.curves[order].get(way)!))),
      ),
    ),
    drawn: 'table',
    scale: 'positive',
    caption: 'p0: of the whole picture. Trapezoids over the share of segments removed.',
  };
}

function irofFigure({ spec, lab, found }: Removed): Figure {
  const own = areaWays(lab.net);
  const cells = spec.maps.flatMap((method) =>
    own.map((way) => found.map(({ areas }) => areas.get(method)!.get(way)!)),
  );
  return {
    name: 'irof',
    title: 'IROF of each map: smaller is better',
    axes: [
      { name: 'map', labels: spec.maps.map((method) => METHODS[method]) },
      { name: 'removed parts become', labels: own.map((way) => NAMES[way]) },
    ],
    unit: 'share',
    ...overPictures(cells),
    drawn: 'table',
    scale: 'positive',
    caption: 'Area under p / p0, segments by the mean size of the map, largest first.',
  };
}

function lipschitzFigure({ spec, found }: Removed): Figure {
  return {
    name: 'lipschitz',
    title: 'Local Lipschitz estimate of each map: smaller is steadier',
    axes: [{ name: 'map', labels: spec.maps.map((method) => METHODS[method]) }],
    unit: 'ratio',
    ...overPictures(spec.maps.map((method) => found.map(({ lipschitz }) => lipschitz.get(method)!))),
    drawn: 'bars',
    scale: 'positive',
    caption: "The largest |a - a'| / |x - x'| over ten pictures with noise of N(0.1, 0.1).",
  };
}

function regionFigure({ spec, ways, found }: Removed): Figure {
  const regions = found.map(({ region }) => region!);
  const cell = (way: Removal, part: 0 | 1) => regions.map(({ parts }) => parts.get(way)![part]);
  return {
    name: 'region',
    title: 'The region that should matter',
    axes: [
      { name: 'removed parts become', labels: ways.map((way) => NAMES[way]) },
      { name: 'shown', labels: ['all but the region', 'the region alone'] },
    ],
    unit: 'probability',
    measures: `p(${spec.name})`,
    ...overPictures(
      ways.flatMap((way) => [cell(way, 0), cell(way, 1)]),
      SHARE,
    ),
    levels: [{ name: 'whole picture', value: mean(regions.map(({ whole }) => whole)) }],
    drawn: 'table',
    scale: 'positive',
  };
}

function firstMap({ spec, found, size }: Removed, method: Method): Figure {
  return mapFigure(size, [found[0]!.maps.get(method)!], {
    name: `map-${method}`,
    title: `${capitalised(METHODS[method])}, first picture`,
    unit: 'probability',
    measures: `map of p(${spec.name})`,
    scale: method === 'rise' ? 'positive' : 'signed',
    caption: 'Hidden parts become the fill of the question.',
  });
}

/** One sentence: how much the way of removing decides. */
function sentence({ spec, ways }: Removed, { values, intervals }: Figure): string {
  const areas = ways.map((way, i) => ({ way, value: values[2 * i]!, interval: intervals?.[2 * i] }));
  const said = ({ way, value, interval }: (typeof areas)[number]) =>
    `${value.toFixed(2)}${interval ? ` [${(interval as Interval).map((end) => end.toFixed(2)).join(', ')}]` : ''} with ${NAMES[way]}`;
  const ascending = areas.toSorted((a, b) => a.value - b.value);
  const masked = areas.find(({ way }) => way === 'layer-mask');
  const ends = [ascending[0]!, ascending.at(-1)!].filter((one) => one !== masked);
  const all = [...(masked ? [masked] : []), ...new Set(ends)];
  return `As segments of *${spec.name}* go, most important first, p / p0 averages ${all.map(said).join(', ')}.`;
}
