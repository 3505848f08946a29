/** Layer masking and four fills on MobileNetV2 against PyTorch (reference/images). */
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { filling } from '../../experiments/image/fills';
import { removals } from '../../experiments/image/order';
import { mixed } from '../../experiments/image/picture';
import { slic } from '../../experiments/image/slic';
import { toInput, toPixels } from '../../experiments/net/pixels';
import { type Removal, REMOVALS } from '../../experiments/removal/spec';
import { compareTensors } from '../../forward/reference/compare';
import { blobSource } from '../../load/bytes';
import { decodePicture } from '../../load/image/decode';
import { netImage, usualPreprocessing } from '../../load/image/preprocess';
import { readZip } from '../../load/pickle/zip';
import { openSafetensors } from '../../load/safetensors';
import { mobilenetV2 } from '../../onnx/testing/published';
import { readState } from '../../onnx/testing/state';
import { softmax } from '../../util/distribution';
import { maxOf } from '../../util/lists';
import { cpuTime } from '../../util/testing';
import { RandomState } from '../../util/random';
import { MODELS, report } from '../testing/realModels';
import { OnnxNetEngine } from './engine';

const GOLDENS = 'reference/images/goldens/real';
const SIDE = 224;
const CELLS = SIDE * SIDE;
const file = await openSafetensors(await openAsBlob(`${GOLDENS}/mobilenet.safetensors`), 'mobilenet');
const curves = JSON.parse(await readFile(`${GOLDENS}/curves.json`, 'utf8'));

const engine = new OnnxNetEngine();
const weights = join(MODELS, 'mobilenet', 'mobilenet_v2-b0353104.pth');
const state = await readState(await openAsBlob(weights), 'x.pth');
const { spec } = await engine.open({ name: 'mobilenet.onnx', bytes: mobilenetV2(state) });
afterAll(() => engine.close());
/** The pictures are cropped already. */
const how = { ...usualPreprocessing(spec.input), resize: null };
const [asNet, asked] = [{ net: spec }, { preprocessing: how } as Parameters<typeof toPixels>[1]];
const inputOf = (name: string, bytes: Uint8Array) => netImage(decodePicture(name, bytes), how, spec.input);
const images = await Promise.all(
  ['cat', 'coffee'].map(async (name) => inputOf(`${name}.png`, await readFile(`${GOLDENS}/${name}.png`))),
);

/** Logits [1000] of each image under the mask; without one as it is. */
async function rows(of: readonly Float32Array[], mask?: Uint8Array): Promise<Float32Array[]> {
  const runs = of.map((_, image) => ({ id: `${image}`, image, ...(mask && { mask: 0 }) }));
  const { tensors } = await engine.run('r', { images: of, runs, ...(mask && { masks: [mask] }) });
  return of.map((_, i) => tensors.logits!.data.slice(1000 * i, 1000 * (i + 1)));
}
const equal = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
  a.every((row, r) => row.every((value, i) => value === b[r]![i]));

const blocks = new RandomState(31);
const drawn = Array.from({ length: 14 * 14 }, () => Number(blocks.nextDouble() < 0.5));
const within = (value: number, begin: number, end: number) => value >= begin && value < end;
const maskOf = (kept: (row: number, column: number) => number) =>
  Uint8Array.from({ length: CELLS }, (_, i) => kept(Math.floor(i / SIDE), i % SIDE));
/** As reference/images/make_real.py draws them. */
const MASKS = {
  square: maskOf((row, column) => Number(within(row, 56, 176) && within(column, 40, 190))),
  blocks: maskOf((row, column) => drawn[14 * Math.floor(row / 16) + Math.floor(column / 16)]!),
  nothing: maskOf(() => 0),
};

it('has the logits of PyTorch, and its identities bit for bit', async () => {
  expect(
    equal(
      await rows(
        images,
        maskOf(() => 1),
      ),
      await rows(images),
    ),
  ).toBe(true);
  const noise = new RandomState(32);
  for (const [name, mask] of Object.entries(MASKS)) {
    const ours = await rows(images, mask);
    const theirs = Float32Array.from((await file.tensor(`layer-mask/${name}`)).data);
    const { relative } = compareTensors([...ours[0]!, ...ours[1]!], theirs);
    report(`MobileNetV2: layer masking, ${name}: ${relative.toExponential(1)}`);
    expect(relative).toBeLessThan(1e-5);
    const others = images.map((image) =>
      image.map((value, i) => (mask[i % CELLS] ? value : noise.nextNormal())),
    );
    expect([name, equal(await rows(others, mask), ours)]).toEqual([name, true]);
    if (name === 'nothing') expect(equal([ours[0]!], [ours[1]!])).toBe(true);
  }
});

it('has the segments and the five curves of Python on three crops', async () => {
  const archive = async (name: string) => {
    const bytes = new Uint8Array(await readFile(`${GOLDENS}/${name}.zip`));
    const entries = await readZip(blobSource(name, new Blob([bytes])), name);
    return (entry: string) => {
      const { begin, end } = entries.find((one) => one.name === entry)!;
      return bytes.subarray(begin, end);
    };
  };
  const [crops, labels] = [await archive('crops'), await archive('segments')];
  for (const k of [0, 5, 10]) {
    const name = `${String(k).padStart(2, '0')}.png`;
    const input = inputOf(name, crops(name));
    const picture = toPixels(asNet, asked, input)!;
    const segments = slic(picture, {
      segments: curves.slic.n_segments,
      compactness: curves.slic.compactness,
    });
    const theirs = decodePicture(name, labels(name)).data;
    expect(segments.labels.findIndex((label, i) => label !== theirs[3 * i])).toBe(-1);
    const { order, label, curves: golden } = curves.crops[k];
    const worst = new Map<string, number>();
    for (const way of Object.keys(REMOVALS) as Removal[])
      for (const direction of ['most', 'least'] as const) {
        const masks = removals(direction === 'most' ? order : order.toReversed(), segments);
        const other = way === 'layer-mask' ? null : filling(picture, way);
        const changed = other
          ? masks.map((mask) => toInput(asNet, asked, mixed(picture.data, other, mask)))
          : [input];
        const runs = masks.map((_, i) =>
          other ? { id: `${i}`, image: i } : { id: `${i}`, image: 0, mask: i },
        );
        const { tensors } = await engine.run('r', { images: changed, masks: other ? [] : masks, runs });
        const ours = runs.map(
          (_, i) => softmax(tensors.logits!.data.subarray(1000 * i, 1000 * (i + 1)))[label]!,
        );
        const apart = maxOf(ours.map((p, i) => Math.abs(p - golden[way][direction].p[i])));
        worst.set(way, Math.max(apart, worst.get(way) ?? 0));
      }
    report(`crop ${k}: ${[...worst].map(([way, apart]) => `${way} ${apart.toExponential(1)}`).join(', ')}`);
    expect(maxOf(worst.values())).toBeLessThan(1e-5);
  }
});

it('costs less than three times the plain net', async () => {
  const many = Array.from({ length: 16 }, (_, i) => images[i % 2]!);
  const seconds = async (mask?: Uint8Array) => {
    await rows(many, mask);
    const start = cpuTime();
    await rows(many, mask);
    return (cpuTime() - start) / 1000;
  };
  const [plain, masked] = [await seconds(), await seconds(MASKS.square)];
  const rate = (one: number) => (many.length / one).toFixed(1);
  report(`MobileNetV2: ${rate(plain)} pictures, ${rate(masked)} layer masks per second of CPU time`);
  // Measured: 1.4.
  expect(masked / plain).toBeLessThan(3);
});
