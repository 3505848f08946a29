/** A map of hidden parts in figures and words. */
import type { Figure, FigureAxis } from '../../results/document';
import { mean } from '../../statistics/stats';
import { spearman } from '../../statistics/correlation';
import { capitalised } from '../../util/capitalised';
import { largestIds } from '../../util/largest';
import { minOf } from '../../util/lists';
import { FILLS } from '../image/fills';
import { type Explained, METHODS, windowsOf } from '../image/explain';
import { mapFigure } from '../image/mapFigure';
import type { Picture, PixelMap } from '../image/picture';
import type { NetFindings, NetLab } from '../net/experiment';
import { questionPicture } from '../net/pixels';
import type { ImageOcclusionSpec } from './spec';

interface Found {
  readonly spec: ImageOcclusionSpec;
  readonly lab: NetLab;
  readonly picture: Picture;
  /** Of the class, for the whole picture. */
  readonly p: number;
  /** One per seed; the last may be unfinished. */
  readonly maps: readonly PixelMap[];
  /** Changed pictures so far, over all seeds. */
  readonly masks: number;
  readonly strongest: Explained['strongest'];
}

export function occlusionFindings(found: Found): NetFindings {
  const { spec, lab, picture, p, maps } = found;
  const shown = questionPicture(lab, spec, 0);
  const { name, method, fill } = spec;
  const figure = mapFigure(picture, maps, {
    name: 'map',
    title: `${capitalised(METHODS[method])}: ${name}`,
    unit: 'probability',
    ...SAID[method](found),
  });
  return {
    title: name,
    finding: sentence(found, figure),
    notes: [
      `p(${name}) is ${p.toFixed(4)} for the whole picture. Hidden parts become ${FILLS[fill]}.`,
      ...agreement(maps),
    ],
    figures: [figure],
    pictures: shown ? [shown] : [],
    measured: 1,
    skipped: [],
  };
}

type Words = Pick<Parameters<typeof mapFigure>[2], 'measures' | 'scale' | 'caption'>;

const SAID: Readonly<Record<ImageOcclusionSpec['method'], (found: Found) => Words>> = {
  occlusion({ spec, picture }) {
    const { window, stride } = windowsOf(picture, spec);
    return {
      measures: `fall of p(${spec.name})`,
      scale: 'signed',
      caption: `A square of ${window} pixels moves by ${stride}; a pixel has the mean fall over the squares that hide it.`,
    };
  },
  rise: ({ spec, masks }) => ({
    measures: `mean of p(${spec.name}) times mask`,
    scale: 'positive',
    caption: `${masks} masks of ${spec.grid} x ${spec.grid} cells, each weighed by the p of what it leaves.`,
  }),
  lime: ({ spec, masks }) => ({
    measures: `weight on p(${spec.name})`,
    scale: 'signed',
    caption: `Weights of a linear model of ${masks} sets of segments.`,
  }),
};

/** One sentence: the place that matters most. */
function sentence({ spec: { name, method }, strongest }: Found, figure: Figure): string {
  if (strongest) {
    const { place, before, without } = strongest;
    return `Without the square at rows ${place.top} to ${place.bottom - 1}, columns ${place.left} to ${place.right - 1}, p(*${name}*) goes from ${before.toFixed(3)} to ${without.toFixed(3)}.`;
  }
  const values = figure.values.map((value) => value!);
  const [rows, columns] = figure.axes as [FigureAxis, FigureAxis];
  const most = largestIds(values, 1)[0]!;
  const at = `row ${rows.labels[Math.floor(most / columns.labels.length)]}, column ${columns.labels[most % columns.labels.length]}`;
  return `By ${METHODS[method]}, *${name}* needs the pixels around ${at} most: ${values[most]!.toFixed(3)}, where the least is ${minOf(values).toFixed(3)}.`;
}

/** How alike the maps of two seeds are. */
function agreement(maps: readonly PixelMap[]): string[] {
  const pairs = maps.flatMap((one, i) =>
    maps.slice(i + 1).flatMap((other) => spearman([...one], [...other]) ?? []),
  );
  if (pairs.length === 0) return [];
  return [`Between seeds, maps have a rank correlation of ${mean(pairs).toFixed(2)} on average.`];
}
