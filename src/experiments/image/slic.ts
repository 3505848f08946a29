/**
 * SLIC superpixels (Achanta et al. 2012): k-means of colour and place, each centre looking at its
 * surroundings only, then small islands join their neighbours. With scikit-image's defaults (10
 * rounds, no smoothing, islands below half of a segment's mean size), its labels on our pictures.
 */
import { maxOf, minOf } from '../../util/lists';
import { range } from '../../util/range';
import { labOf } from './colour';
import type { Segments } from './order';
import { cellsIn, type Picture, type Size } from './picture';
import { withoutIslands } from './islands';

const ROUNDS = 10;

export interface SlicChoice {
  /** About how many. */
  readonly segments: number;
  /** Weight of place against colour. */
  readonly compactness: number;
}

export function slic(picture: Picture, { segments, compactness }: SlicChoice): Segments {
  const grid = gridOf(picture, segments);
  const features = featuresOf(picture, compactness);
  const channels = features.length;
  let centres: Centre[] = grid.rows.flatMap((y) =>
    grid.columns.map((x) => ({ y, x, colour: range(0, channels).map(() => 0) })),
  );
  const count = centres.length;
  const reach = gridOf(picture, count);
  const labels = new Int32Array(cellsIn(picture));
  for (let round = 0; round < ROUNDS; round++) {
    assign(labels, centres, { features, picture, grid, reach });
    centres = centresOf(labels, features, picture, count);
  }
  const mean = cellsIn(picture) / count;
  return withoutIslands(labels, picture, { least: Math.trunc(0.5 * mean), most: Math.trunc(3 * mean) });
}

interface Centre {
  readonly y: number;
  readonly x: number;
  readonly colour: readonly number[];
}

interface Grid {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Pixels between two rows, and two columns. */
  readonly stepY: number;
  readonly stepX: number;
}

/** About `points` places, evenly spaced. */
function gridOf({ height, width }: Size, points: number): Grid {
  const [short, long] = [Math.min(height, width), Math.max(height, width)];
  const even = Math.sqrt((short * long) / points);
  // A picture with a side shorter than a step has a single line of places.
  const steps = even > short ? { short, long: long / points } : { short: even, long: even };
  const along = (side: number, step: number) => {
    const whole = Math.max(1, halfToEven(step));
    const begin = Math.floor(step / 2);
    return { at: range(0, Math.ceil((side - begin) / whole)).map((i) => begin + i * whole), step: whole };
  };
  const [y, x] = [height, width].map((side, axis) =>
    along(side, side === short && !(axis === 1 && height === width) ? steps.short : steps.long),
  );
  return { rows: y!.at, columns: x!.at, stepY: y!.step, stepX: x!.step };
}

function halfToEven(value: number): number {
  return value % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
}

/** Per channel [H, W]: Lab of a colour picture, or brightness, stretched to 0 to 1 before. */
function featuresOf(picture: Picture, compactness: number): Float64Array[] {
  const cells = cellsIn(picture);
  // A picture is made of bytes; the net's own numbers are these up to rounding.
  const bytes = Float64Array.from(picture.data, (value) => Math.round(value * 255) / 255);
  const [least, most] = [minOf(bytes), maxOf(bytes)];
  const stretched = bytes.map((value) => (most > least ? (value - least) / (most - least) : value - least));
  const at = (c: number, i: number) => stretched[c * cells + i]!;
  const planes = range(0, picture.channels).map(() => new Float64Array(cells));
  for (let i = 0; i < cells; i++) {
    const own = planes.length === 3 ? labOf(at(0, i), at(1, i), at(2, i)) : planes.map((_, c) => at(c, i));
    for (const [c, value] of own.entries()) planes[c]![i] = value * (1 / compactness);
  }
  return planes;
}

interface Field {
  readonly features: readonly Float64Array[];
  readonly picture: Size;
  /** The grid of the first centres, and that of as many as there are. */
  readonly grid: Grid;
  readonly reach: Grid;
}

/** Each pixel goes to the nearest centre within two steps; of equally near ones to the first. */
function assign(labels: Int32Array, centres: readonly Centre[], field: Field): void {
  const { features, picture, grid, reach } = field;
  const { height, width } = picture;
  const weight = 1 / Math.max(grid.stepY, grid.stepX) ** 2;
  const nearest = new Float64Array(labels.length).fill(Infinity);
  for (const [k, { y: cy, x: cx, colour }] of centres.entries()) {
    const top = Math.trunc(Math.max(cy - 2 * reach.stepY, 0));
    const bottom = Math.trunc(Math.min(cy + 2 * reach.stepY + 1, height));
    const left = Math.trunc(Math.max(cx - 2 * reach.stepX, 0));
    const right = Math.trunc(Math.min(cx + 2 * reach.stepX + 1, width));
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) {
        const i = y * width + x;
        let apart = ((cy - y) ** 2 + (cx - x) ** 2) * weight;
        let colours = 0;
        for (let c = 0; c < features.length; c++) colours += (features[c]![i]! - colour[c]!) ** 2;
        apart += colours;
        if (apart < nearest[i]!) {
          nearest[i] = apart;
          labels[i] = k;
        }
      }
  }
}

function centresOf(
  labels: Int32Array,
  features: readonly Float64Array[],
  { width }: Size,
  count: number,
): Centre[] {
  const sums = range(0, count).map(() => ({ size: 0, y: 0, x: 0, colour: features.map(() => 0) }));
  for (const [i, label] of labels.entries()) {
    const sum = sums[label]!;
    sum.size += 1;
    sum.y += Math.floor(i / width);
    sum.x += i % width;
    for (const [c, plane] of features.entries()) sum.colour[c]! += plane[i]!;
  }
  // A centre without pixels is nowhere (0 / 0), and gets none again.
  return sums.map(({ size, y, x, colour }) => ({
    y: y / size,
    x: x / size,
    colour: colour.map((value) => value / size),
  }));
}
