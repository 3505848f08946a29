/** Removal on 20 pictures of a class against PyTorch (reference/images): means, and intervals over pictures. */
import { afterAll, expect, it } from 'vitest';
import { areaUnder, atShares } from '../../experiments/image/curve';
import { type Removal, REMOVALS } from '../../experiments/removal/spec';
import { mean } from '../../statistics/stats';
import { maxOf } from '../../util/lists';
import { openShapes, readMapGoldens } from './testing/shapes';

const { engine, imagesOf, ask } = await openShapes();
afterAll(() => engine.close());
const goldens = await readMapGoldens();
const WAYS = Object.keys(REMOVALS) as Removal[];
const ORDERS = ['most', 'least'] as const;
const apart = (ours: readonly number[], theirs: readonly number[]) =>
  maxOf(ours.map((value, i) => Math.abs(value - theirs[i]!)));

it('has the mean curves, areas and IROF of PyTorch', async () => {
  const question = {
    kind: 'removal',
    class: 'red circle',
    maps: ['occlusion', 'rise'],
    segments: 36,
    compactness: 40,
    samples: 200,
    grid: 6,
    seed: 21,
  };
  const document = await ask(question, imagesOf('red circle'));
  expect(document.cases).toEqual({ asked: 20, measured: 20, skipped: [] });
  const figureIn = (name: string) => document.figures.find((one) => one.name === name)!;
  const curves = (way: Removal, order: 'most' | 'least') =>
    goldens.images.map((one) => one.curves[way]![order]);

  for (const order of ORDERS) {
    const theirs = WAYS.flatMap((way) => {
      const all = curves(way, order).map((p) => atShares(p, 21));
      return all[0]!.map((_, i) => mean(all.map((one) => one[i]!)));
    });
    expect(apart(figureIn(order).values as number[], theirs)).toBeLessThan(2e-6);
  }
  const areas = WAYS.flatMap((way) => ORDERS.map((order) => mean(curves(way, order).map(areaUnder))));
  expect(apart(figureIn('areas').values as number[], areas)).toBeLessThan(1e-6);

  const { values, intervals } = figureIn('irof');
  const irof = ['occlusion', 'rise'].flatMap((map) =>
    ['mean', 'layer-mask'].map((way) => goldens.irof[map]![way]!),
  );
  // Measured: 5.5e-9; the intervals are scipy's.
  expect(
    apart(
      values as number[],
      irof.map((one) => one.mean),
    ),
  ).toBeLessThan(1e-7);
  expect(
    apart(
      intervals!.map((one) => one![0]),
      irof.map(({ low }) => low),
    ),
  ).toBeLessThan(1e-7);
  expect(
    apart(
      intervals!.map((one) => one![1]),
      irof.map(({ high }) => high),
    ),
  ).toBeLessThan(1e-7);
});
