/** Maps of a class graph, and their stability, against PyTorch (reference/images/rank_one.py). */
import { readFile } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { compareTensors } from '../../forward/reference/compare';
import { classMaps } from '../../experiments/class-graph/maps';
import { searchClass } from '../../experiments/class-graph/search';
import { areaUnder } from '../../experiments/image/curve';
import { filling } from '../../experiments/image/fills';
import { largestFirst, removals, segmentMeans } from '../../experiments/image/order';
import { mixed, pictureOf } from '../../experiments/image/picture';
import { scoresOf } from '../../experiments/image/scores';
import { slic } from '../../experiments/image/slic';
import { openSafetensors } from '../../load/safetensors';
import { localLipschitz, noisyInputs } from '../../statistics/lipschitz';
import { AHMAD } from '../../statistics/causes';
import { mean, tInterval } from '../../statistics/stats';
import { range } from '../../util/range';
import { OnnxNetEngine } from './engine';
import { labOf } from './testing/lab';
import { SHAPES, shapesSet } from './testing/shapesSet';

const GOLDENS = 'reference/images/goldens/shapes-maps';
const golden = JSON.parse(await readFile(`${GOLDENS}.json`, 'utf8'));
const file = await openSafetensors(new Blob([new Uint8Array(await readFile(`${GOLDENS}.safetensors`))]), 'm');

const engine = new OnnxNetEngine();
const bytes = new Uint8Array(await readFile(`${SHAPES}/model.onnx`));
const info = await engine.open({ name: 'shapes.onnx', bytes });
afterAll(() => engine.close());
const set = await shapesSet(info.spec);
const images = set.of('red circle').map(({ data }) => data);
const lab = labOf(engine, info, images);
const graph = await searchClass(
  info.spec,
  { label: golden.label, rule: AHMAD, u: { low: 0, high: 0, seed: 1 } },
  images.length,
  async (runs) => {
    const { data } = (await lab.ask({ runs, doing: '' })).logits!;
    return runs.map((_, i) => data.subarray(16 * i, 16 * (i + 1)));
  },
);
const mapsAt = (layer: string, of: readonly Float32Array[]) =>
  classMaps({ lab, layer: graph.layers.find((one) => one.layer === layer)!, size: [48, 48] }, of);

it.each(['maps', 'conv4', 'conv2', 'conv1'])('the map at %s is that of PyTorch', async (layer) => {
  const ours = await mapsAt(layer, images.slice(0, 3));
  for (const k of range(0, 3)) {
    const theirs = Float32Array.from((await file.tensor(`${k}/class-graph/${layer}`)).data);
    const { relative } = compareTensors(Float32Array.from(ours[k]!), theirs);
    // Measured: at most 4.5e-7.
    expect(relative).toBeLessThan(2e-6);
  }
});

it('moves as much as that of PyTorch when the picture moves', async () => {
  const layer = golden.graphMap;
  const found: number[] = [];
  let worst = 0;
  for (const [k, image] of images.entries()) {
    const moved = noisyInputs(image, golden.lipschitz);
    const [own, ...maps] = await mapsAt(layer, [image, ...moved.map((one) => Float32Array.from(one))]);
    found.push(localLipschitz(image, own!, moved, maps));
    const theirs = golden.images[k].lipschitz['class-graph'];
    worst = Math.max(worst, Math.abs(found[k]! / theirs - 1));
  }
  // float32 beside float64. Measured: at most 2.4e-5 of one estimate.
  expect(worst).toBeLessThan(1e-4);
  expect(Math.abs(mean(found) / golden.lipschitzMeans['class-graph'].mean - 1)).toBeLessThan(1e-5);
});

it('has the IROF of PyTorch, with its interval over pictures, by both ways of removing', async () => {
  const spec = {
    kind: 'removal',
    model: { id: 'shapes', revision: 'builtin' },
    preprocessing: set.preprocessing,
    images: [],
    class: golden.label,
    name: 'red circle',
  };
  const scores = scoresOf(lab, spec);
  const step = { doing: '', share: [0, 1] } as const;
  const maps = await mapsAt(golden.graphMap, images);
  const areas: Record<string, number[]> = { mean: [], 'layer-mask': [] };
  for (const [k, input] of images.entries()) {
    const picture = pictureOf(lab, spec, input);
    const segments = slic(picture, {
      segments: golden.slic.n_segments,
      compactness: golden.slic.compactness,
    });
    const order = largestFirst(segmentMeans(Float64Array.from(maps[k]!), segments));
    const masks = removals(order, segments);
    const other = filling(picture, 'mean');
    const kept = masks.map((mask) => () => mixed(picture.data, other, mask));
    areas.mean!.push(areaUnder(await scores.of(kept, step)));
    areas['layer-mask']!.push(areaUnder(await scores.masked(input, masks, step)));
  }
  // Measured: at most 1e-8.
  for (const [way, own] of Object.entries(areas)) {
    const theirs = golden.irof['class-graph'][way];
    const [low, high] = tInterval(own)!;
    expect(Math.abs(mean(own) - theirs.mean)).toBeLessThan(1e-7);
    expect(Math.abs(low - theirs.low)).toBeLessThan(1e-7);
    expect(Math.abs(high - theirs.high)).toBeLessThan(1e-7);
  }
});
