/** Removal on the built-in classifier, against PyTorch (reference/images): curves, IROF, estimates, regions. */
import { afterAll, describe, expect, it } from 'vitest';
import { anyNetExperiment } from '../../experiments/net/experiment';
import { scoresOf } from '../../experiments/image/scores';
import { removal } from '../../experiments/removal';
import { measurePicture, type PictureFound } from '../../experiments/removal/picture';
import { type Removal, REMOVALS } from '../../experiments/removal/spec';
import { parseDocument } from '../../results/parse';
import type { ResultDocument } from '../../results/document';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';
import { runNetStudy } from './study';
import { openShapes, readMapGoldens } from './testing/shapes';

const { engine, opened, how, imagesOf, resolved, ask } = await openShapes();
afterAll(() => engine.close());
const images = imagesOf('red circle');
const goldens = await readMapGoldens();
const WAYS = Object.keys(REMOVALS) as Removal[];

/** The settings of `make.py explain`. */
const AS_GOLDEN = { segments: 36, compactness: 40, samples: 200, grid: 6, seed: 21 } as const;
const asked = (own: object) => ({ kind: 'removal', class: 'red circle', ...AS_GOLDEN, ...own });
const figureIn = ({ figures }: ResultDocument, name: string) => figures.find((one) => one.name === name)!;
const apart = (ours: readonly number[], theirs: ArrayLike<number>) =>
  maxOf(ours.map((value, i) => Math.abs(value - theirs[i]!)));

/** What each picture says, before means are taken. */
async function measured(own: object, count: number): Promise<PictureFound[]> {
  const found: PictureFound[] = [];
  const experiment = anyNetExperiment({
    ...removal,
    async measure(spec, lab) {
      const next = (doing: string) => ({ doing, share: [0, 1] as const });
      const asking = { spec, lab, ways: WAYS, scores: scoresOf(lab, spec), next };
      for (const i of range(0, count)) found.push(await measurePicture(asking, i));
      return { finding: '', notes: [], figures: [], measured: count, skipped: [] };
    },
  });
  await runNetStudy('r', opened, { ...resolved(asked(own), images), experiment });
  return found;
}

/** Rows of '#' where a pixel has a colour. */
function objectIn(image: Float32Array): string {
  const at = (c: number, i: number) => image[c * 2304 + i]! * how.std[c]! + how.mean[c]!;
  const isColoured = (i: number) =>
    Math.max(at(0, i), at(1, i), at(2, i)) - Math.min(at(0, i), at(1, i), at(2, i)) > 0.1;
  return range(0, 48)
    .map((y) =>
      range(0, 48)
        .map((x) => (isColoured(48 * y + x) ? '#' : '.'))
        .join(''),
    )
    .join('/');
}

describe('removal', () => {
  it('has the curves, areas and estimate of PyTorch', async () => {
    const found = await measured({ maps: ['occlusion', 'rise'] }, 2);
    for (const [k, { curves, areas }] of found.entries()) {
      const theirs = goldens.images[k]!;
      // Measured, over 20 pictures: layer masking 4.5e-6, grey 5e-7, mean 3.8e-6, blur 1.1e-6, noise 2.1e-6.
      for (const way of WAYS)
        for (const order of ['most', 'least'] as const)
          expect(apart(curves[order].get(way)!, theirs.curves[way]![order])).toBeLessThan(1e-5);
      for (const map of ['occlusion', 'rise'] as const)
        for (const way of ['mean', 'layer-mask'] as const)
          expect(Math.abs(areas.get(map)!.get(way)! - theirs.irof[map]![way]!)).toBeLessThan(1e-6);
    }
  });

  it('has the local Lipschitz estimate of PyTorch', async () => {
    const [first] = await measured({ lipschitz: true }, 1);
    // Measured: occlusion 1.3e-6, RISE 1.7e-6, as shares.
    expect(
      Math.abs(first!.lipschitz.get('occlusion')! / goldens.images[0]!.lipschitz.occlusion! - 1),
    ).toBeLessThan(1e-5);
  });

  it('is a document with intervals over images', async () => {
    const document = await ask(
      asked({ segments: 8, lipschitz: true, samples: 20, maps: ['lime', 'rise'] }),
      images.slice(0, 3),
    );
    expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expect(document.figures.map(({ name }) => name)).toEqual([
      'most',
      'least',
      'areas',
      'irof',
      'lipschitz',
      'map-lime',
      'map-rise',
    ]);
    expect(document.finding).toMatch(
      /^As segments of \*red circle\* go, most important first, p \/ p0 averages \d\.\d\d \[[^\]]+\] with layer masking, /,
    );
    expect(figureIn(document, 'most')).toMatchObject({
      varies: { what: 'images', n: 3 },
      axes: [{}, { at: { length: 21 } }],
    });
    // Of a probability: within what is possible.
    for (const [low, high] of figureIn(document, 'most').ranges as [number, number][]) {
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
    }
  });

  it('says what the object alone, and all but the object, are worth', async () => {
    const own = images.slice(0, 4);
    const document = await ask(
      asked({ regions: own.map(objectIn), removals: ['layer-mask', 'grey', 'blur'] }),
      own,
    );
    const region = figureIn(document, 'region');
    const [withoutMasked, aloneMasked, withoutGrey, aloneGrey] = region.values as number[];
    expect(withoutMasked).toBeLessThan(0.2);
    expect(withoutGrey).toBeLessThan(0.2);
    expect(aloneGrey).toBeGreaterThan(0.9);
    expect(aloneMasked).toBeGreaterThan(0);
    expect(region.levels![0]!.value).toBeGreaterThan(0.99);
  });

  it('leaves out pictures that the net gets wrong, and says why', async () => {
    const other = imagesOf('blue square')[0]!;
    const document = await ask(asked({ removals: ['grey'], segments: 6 }), [...images.slice(0, 2), other]);
    expect(document.cases).toEqual({
      asked: 3,
      measured: 2,
      skipped: [{ case: 2, label: '2.png', reason: 'the net says blue square' }],
    });
    expect(figureIn(document, 'most').axes[0]!.labels).toEqual(['grey']);
  });

  it.each<[object, RegExp]>([
    [{ regions: ['..', '..'] }, /^removal: regions: wrong number, got 2, expected 1 or 20/],
    [{ regions: ['../.'] }, /^removal: regions.*expected at most 64 rows of one length/],
    [{ regions: ['.x'] }, /^removal: regions/],
    [{ removals: ['black'] }, /^removal: removals/],
    [{ segments: 1e6 }, /^removal: segments: .* at most 400/],
    [{ class: 'red square' }, /no picture that the net gets right, got 20/],
  ])('refuses %j', async (own, message) => {
    await expect(ask(asked(own), images)).rejects.toThrow(message);
  });
});
