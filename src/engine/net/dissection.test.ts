/** Dissection against PyTorch (reference/images/dissect.py), and on a net whose units are known. */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { conceptsOf } from '../../experiments/concepts/concepts';
import { inputsOf, tonesFor } from '../../experiments/concepts/drawn';
import { ablated, inserted } from '../../experiments/dissection/effects';
import { dissection } from '../../experiments/dissection';
import { measureAblation, measureEffects } from '../../experiments/dissection/measure';
import { agreementsFor, observe } from '../../experiments/dissection/observe';
import { mean } from '../../statistics/stats';
import { RandomState } from '../../util/random';
import { range } from '../../util/range';
import { OnnxNetEngine } from './engine';
import { labOf } from './testing/lab';
import { shapesSet } from './testing/shapesSet';

const golden = JSON.parse(await readFile('reference/images/goldens/scenes-dissect.json', 'utf8'));

const opened = async (path: string) => {
  const engine = new OnnxNetEngine();
  const info = await engine.open({ name: path, bytes: new Uint8Array(await readFile(path)) });
  afterAll(() => engine.close());
  return { engine, info };
};
const { parseSpec } = dissection;
const question = (more: object) => ({
  kind: 'dissection',
  model: { id: 'x', revision: 'local' },
  preprocessing: null,
  images: [],
  ...more,
});

const scenes = await opened('public/models/scenes/model.onnx');
const units = await opened('reference/images/goldens/planted/units.onnx');
const shapes = await opened('public/models/shapes/model.onnx');
const set = await shapesSet(shapes.info.spec);

describe('units of the generator of scenes', () => {
  const { engine, info } = scenes;
  const setupOf = (more: object) => {
    const spec = parseSpec(question({ seed: golden.seed, count: golden.count, ...more }));
    const lab = labOf(engine, info);
    const inputs = inputsOf(lab, spec);
    return { spec, lab, inputs, tones: tonesFor(lab, spec), concepts: conceptsOf(info.spec, spec) };
  };

  it.each(['relu3', 'relu4'])('agree with colours as in PyTorch at %s', async (site) => {
    const seen = await observe(setupOf({ site }));
    for (let unit = 0; unit < seen.maps.units; unit++)
      for (const [c, own] of agreementsFor(seen, unit, { by: 'quality' }).entries()) {
        const theirs = golden.sites[site][golden.concepts[c]].units[unit];
        // Goldens have seven digits. Measured: at most 1.1e-7 of the IoU, 5.1e-7 of the quality.
        expect(Math.abs(own.iou - theirs.iou)).toBeLessThan(3e-7);
        expect(Math.abs(own.quality! - theirs.iqr)).toBeLessThan(2e-6);
        expect(own.threshold! / theirs.threshold).toBeCloseTo(1, 5);
      }
  });

  it('cause as much as in PyTorch', async () => {
    const { site, units, before, after } = golden.ablation;
    const setup = setupOf({ site, pictures: golden.count });
    const seen = await observe(setup);
    for (const [c, colour] of golden.concepts.entries()) {
      const { curve, alone } = await measureAblation(setup, seen, c, [units[c]]);
      // The same pixels, counted.
      expect(Math.abs(mean(curve.map((row) => row[0]!)) - before[c])).toBeLessThan(1e-12);
      expect(Math.abs(mean(curve.map((row) => row[1]!)) - after[colour][c])).toBeLessThan(1e-12);
      expect(mean(alone.map((row) => row[0]!))).toBeCloseTo(after[colour][c] - before[c], 12);
    }
  });
});

describe('the net whose units are known', () => {
  const { engine, info } = units;
  const random = new RandomState(3);
  /** Unit 0 shines on these pictures; three of the first eight, so that a level lies beside its share. */
  const SHINES = [0, 3, 6, 9, 10, 15];
  const latents = range(0, 16).map((i) =>
    Float32Array.from({ length: 4 }, (_, u) => {
      const size = 0.5 + random.nextDouble();
      return u === 0 && !SHINES.includes(i) ? -size : u === 0 ? size : size - 1;
    }),
  );
  /** The picture's red as a concept, as it was planted. */
  const red = { name: 'red', site: 'image', channel: 0, above: 0 };
  const setupOf = (more: object) => {
    const spec = parseSpec(question({ site: 'twice', concepts: [], channels: [red], ...more }));
    const lab = labOf(engine, info);
    return { spec, lab, inputs: latents, tones: [0, 1] as const, concepts: conceptsOf(info.spec, spec) };
  };

  it('has a unit of IoU 1, exactly, and no other', async () => {
    const seen = await observe(setupOf({}));
    const own = range(0, 4).map((unit) => agreementsFor(seen, unit, { by: 'quality' })[0]!);
    expect(own[0]).toMatchObject({ quality: 1, iou: 1, chosenOn: 1 });
    expect(own[0]!.threshold).toBeGreaterThan(0);
    for (const other of own.slice(1)) expect(other.iou).toBeLessThan(0.7);
    expect(agreementsFor(seen, 0, { by: 'quantile', share: 0.5 })[0]!.iou).toBe(1);
  });

  it('changes no pixel by a unit without outgoing weights, and all red ones by unit 0', async () => {
    const box = { top: 0, left: 2, bottom: 8, right: 6 };
    const site = 'relu_units';
    const sets = [[], [ablated(site, [3])], [inserted(site, [3], [40], box)], [ablated(site, [0])]];
    const runs = latents.flatMap((_, image) => sets.map((edits, s) => ({ id: `${s}`, image, edits })));
    const { data } = (await engine.run('r', { images: latents, runs, reads: ['image'] })).tensors.image!;
    const pixels = (i: number, s: number) => [...data.subarray(768 * (4 * i + s), 768 * (4 * i + s + 1))];
    for (const i of range(0, 16)) {
      expect(pixels(i, 1)).toEqual(pixels(i, 0));
      expect(pixels(i, 2)).toEqual(pixels(i, 0));
      expect(pixels(i, 3).slice(0, 256)).toEqual(Array(256).fill(0));
      expect(pixels(i, 3).slice(256)).toEqual(pixels(i, 0).slice(256));
    }
  });

  it('has effects that follow from its weights', async () => {
    const setup = setupOf({ site: 'relu_units', insert: [0.5, 0, 1, 1] });
    const seen = await observe(setup);
    const { curve, alone, ace } = await measureEffects(setup, seen, 0, [0, 3]);
    for (const [i, row] of curve.entries()) {
      // Unit 0 is the left half of the picture, where it shines.
      const share = SHINES.includes(i) ? 0.5 : 0;
      expect([row, alone[i]]).toEqual([
        [share, 0, 0],
        [0 - share, 0],
      ]);
      // Inserted in the lower half: all of it is red; ablated there: none of it.
      expect(ace!.alone[i]).toEqual([0.5, 0]);
      expect(ace!.joint[i]).toEqual([0.5, 0.5]);
    }
    expect(ace!.order).toEqual([0, 3]);
  });

  it('gives no effect to a value of 0', async () => {
    // No picture shows more than 9: the concept has no pixels, so units are inserted with 0.
    const never = [{ ...red, above: 9 }];
    const setup = setupOf({ site: 'relu_units', channels: never });
    const seen = await observe(setup);
    const { ace } = await measureEffects(setup, seen, 0, [0, 1]);
    expect(new Set(ace!.alone.flat())).toEqual(new Set([0]));
    expect(agreementsFor(seen, 0, { by: 'quality' })[0]).toMatchObject({ threshold: null, iou: 0 });
  });

  it('is asked as any net: figures, finding, maps', async () => {
    const spec = parseSpec(question({ site: 'relu_units', concepts: ['blue'], channels: [red], count: 40 }));
    const shown: number[] = [];
    const lab = labOf(engine, info, [], { show: ({ figures }) => shown.push(figures.length) });
    const { figures, finding, measured } = await dissection.measure(spec, lab);
    expect(measured).toBe(40);
    expect(finding).toMatch(/^Unit 0 of relu_units agrees with \*red\*: IoU 0.\d+ on pictures that did not/);
    expect(figures.map(({ name }) => name)).toEqual([
      ...['agreement', 'best', 'ablation', 'units-blue', 'units-red', 'ace', 'maps-22', 'maps-21'],
    ]);
    expect(shown).toEqual([4, 7, 8]);
    expect(figures.at(-1)!.axes.map(({ labels }) => labels.length)).toEqual([2, 8, 8]);
  });
});

describe('channels of the classifier that were taught their concepts', () => {
  const { engine, info } = shapes;
  // Every colour with every shape, so that none stands for another; both halves hold all.
  const mixed = range(0, 4).flatMap((k) =>
    ['red', 'green', 'blue', 'yellow'].flatMap((colour) =>
      ['circle', 'square', 'triangle', 'cross'].map((shape) => set.of(`${colour} ${shape}`)[k]!),
    ),
  );
  const spec = parseSpec({
    ...question({ site: 'relu_maps', units: 2, pictures: 6, preprocessing: set.preprocessing }),
    images: mixed.map(({ name }) => ({ name, sha256: '' })),
  });

  it('are the best for them, and the class depends on them', async () => {
    const lab = labOf(
      engine,
      info,
      mixed.map(({ data }) => data),
    );
    const { figures, finding, pictures } = await dissection.measure(spec, lab);
    expect(finding).toMatch(/^Unit 4 of relu_maps agrees with \*red\*: IoU 0.9\d+ on pictures that did not/);
    expect(pictures!.map(({ name }) => name)).toEqual([
      ...['red circle/02.png', 'green circle/02.png', 'blue circle/02.png', 'yellow circle/02.png'],
    ]);
    // Channels 4 to 7 of relu_maps were taught red, green, blue and yellow (reference/images/README.md).
    const { axes, values } = figures.find(({ name }) => name === 'best')!;
    const first = [0, 10, 20, 30];
    expect(first.map((row) => axes[0]!.labels[row])).toEqual([
      ...['red: unit 4', 'green: unit 5', 'blue: unit 6', 'yellow: unit 7'],
    ]);
    // Measured: 0.91, 0.90, 0.88 and 0.89; the next best units have at most 0.28.
    for (const row of first) {
      expect(values[4 * row]).toBeGreaterThan(0.85);
      expect(values[4 * (row + 1)]).toBeLessThan(0.3);
    }
    const ablation = figures.find(({ name }) => name === 'ablation')!.values as number[];
    // [concept, units]: the logit of the class falls without the colour's channel.
    for (const c of range(0, 4)) expect(ablation[3 * c + 1]! - ablation[3 * c]!).toBeLessThan(-4);
  });
});

describe('a question', () => {
  it.each([
    [{}, /^dissection: site: wrong value, got nothing/],
    [{ site: 'a', insert: [0.5, 0, 0.5, 1] }, /^dissection: insert: is empty/],
    [{ site: 'a', concepts: ['dog'] }, /^dissection: concepts\[0\]: wrong value, got "dog"/],
    [
      { site: 'a', masks: [{ name: 'm', masks: [{ rows: 2, columns: 2, runs: [1, 2] }] }] },
      /do not fill the mask/,
    ],
    [{ site: 'a', count: 1e9 }, /^dissection: count: wrong value/],
  ])('refuses %j', (more, message) => {
    expect(() => parseSpec(question(more))).toThrow(message);
  });
});
