/** Segments, masks, fills and LIME against scikit-image, captum-rise, numpy and lime (reference/images). */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openMapGoldens, openShapes, readMapGoldens } from '../../engine/net/testing/shapes';
import { maxOf } from '../../util/lists';
import { RandomState } from '../../util/random';
import { range } from '../../util/range';
import { areaUnder } from './curve';
import { filling } from './fills';
import { limeFit, limeRows } from './lime';
import { keptOutside, occlusionMap, windowPlaces } from './occlusion';
import { largestFirst, removals, segmentMeans } from './order';
import { riseMasks } from './rise';
import { slic } from './slic';

const SIZE = { height: 48, width: 48 };
const CELLS = 48 * 48;
const goldens = await readMapGoldens();
const maps = await openMapGoldens();
const draws = JSON.parse(await readFile('reference/images/goldens/draws.json', 'utf8'));
const { engine, how, imagesOf } = await openShapes();
await engine.close();
const picture = (input: Float32Array) => ({
  ...SIZE,
  channels: 3,
  data: input.map((value, i) => {
    const c = Math.floor(i / CELLS);
    return value * how.std[c]! + how.mean[c]!;
  }),
});
const pictures = imagesOf('red circle').map(picture);
const apart = (ours: ArrayLike<number>, theirs: ArrayLike<number>) =>
  maxOf(range(0, theirs.length).map((i) => Math.abs(ours[i]! - theirs[i]!)));

it("finds scikit-image's segments in 20 pictures, pixel by pixel", () => {
  const wrong = pictures.map((own, k) => {
    const { labels, count } = slic(own, { segments: 36, compactness: 40 });
    expect(count).toBe(goldens.images[k]!.segments);
    return labels.filter((label, i) => label !== maps.segments[k * CELLS + i]).length;
  });
  expect(wrong).toEqual(pictures.map(() => 0));
});

it.each(draws.slic as { height: number; width: number; segments: number; labels: number[] }[])(
  "finds scikit-image's segments in noise: $height x $width, $segments segments",
  ({ height, width, segments, labels }) => {
    const random = new RandomState(41);
    const across = Math.ceil(width / 3);
    const drawn = range(0, height * across * 3).map(() => Math.floor(256 * random.nextDouble()) / 255);
    const data = Float32Array.from({ length: 3 * height * width }, (_, i) => {
      const [c, at] = [Math.floor(i / (height * width)), i % (height * width)];
      return drawn[3 * (Math.floor(at / width) * across + Math.floor((at % width) / 3)) + c]!;
    });
    const found = slic({ channels: 3, height, width, data }, { segments, compactness: 20 });
    expect([...found.labels]).toEqual(labels);
    expect(found.count).toBe(maxOf(labels) + 1);
  },
);

it("draws captum-rise's masks", () => {
  const { at, rise } = draws;
  const masks = riseMasks(SIZE, rise);
  const all = range(0, rise.masks).map(() => masks.next().value);
  for (const [mask, own] of [
    [all[0], rise.first],
    [all.at(-1), rise.last],
  ])
    expect(
      apart(
        at.map((i: number) => mask![i]),
        own,
      ),
    ).toBeLessThan(1e-11);
});

it('averages windows as captum does, also those that the border cuts', () => {
  const { map, ...windows } = draws.occlusion;
  const size = { height: 10, width: 11 };
  const places = windowPlaces(size, windows);
  // Hiding pixel i takes i * i from captum's score.
  const drops = places.map((place) => {
    const kept = keptOutside(size, place);
    return kept.reduce((sum, own, i) => sum + (own ? 0 : i * i), 0);
  });
  expect(apart(occlusionMap(size, places, drops), map)).toBeLessThan(1e-8);
});

it("draws lime's rows", () => {
  const { seed, segments, rows } = draws.lime;
  const ours = limeRows(segments, seed);
  expect(range(0, 3).map(() => ours.next().value.join(''))).toEqual(rows);
});

it.each(['grey', 'mean', 'blur', 'noise'] as const)('fills with %s', (fill) => {
  const input = imagesOf('red circle')[0]!;
  const { at, channel, fills } = draws;
  const own = filling(picture(input), fill);
  const ours = at.map((i: number) => (own[channel * CELLS + i]! - how.mean[channel]!) / how.std[channel]!);
  // Measured: at most FILL; pixels are float32.
  expect(apart(ours, fills[fill])).toBeLessThan(1e-6);
});

describe('orders and areas', () => {
  it.each([0, 1, 2])('orders segments as Python does: picture %i', async (k) => {
    const segments = slic(pictures[k]!, { segments: 36, compactness: 40 });
    for (const name of ['occlusion', 'rise', 'saliency', 'class-graph']) {
      const map = Float64Array.from(await maps.map(`${k}/${name}`));
      expect([name, largestFirst(segmentMeans(map, segments))]).toEqual([
        name,
        goldens.images[k]!.orders[name],
      ]);
    }
  });

  it('has the area of Python', () => {
    for (const { curves, irof } of goldens.images)
      for (const fill of ['mean', 'layer-mask'])
        expect(Math.abs(areaUnder(curves[fill]!.most) - irof.occlusion![fill]!)).toBeLessThan(1e-8);
  });

  it('removes one segment after another', () => {
    const segments = { labels: Int32Array.of(0, 2, 1, 1), count: 3 };
    expect(removals([1, 0, 2], segments).map((mask) => mask.join(''))).toEqual([
      '1111',
      '1100',
      '0100',
      '0000',
    ]);
  });
});

it('fits the weights that made the numbers', () => {
  const rows = range(0, 400).map(() => new Uint8Array(3));
  const random = limeRows(3, 5);
  for (const row of rows) row.set(random.next().value);
  const { weights, intercept } = limeFit(
    rows,
    rows.map(([a, b, c]) => 0.1 + 0.5 * a! - 0.25 * b! + 0 * c!),
    10,
  );
  // A ridge of alpha 1 shrinks each weight by about 1 %: 400 rows have a variance of 100.
  expect(apart(weights, [0.5, -0.25, 0])).toBeLessThan(0.006);
  expect(intercept).toBeCloseTo(0.1, 2);
});
