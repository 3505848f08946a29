/** Dissection of a DCGAN of faces against PyTorch (reference/images/make_dissect.py). */
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compareTensors } from '../../forward/reference/compare';
import { dissection } from '../../experiments/dissection';
import { conceptsOf } from '../../experiments/concepts/concepts';
import { inputsOf } from '../../experiments/concepts/drawn';
import { inserted } from '../../experiments/dissection/effects';
import { agreementsFor, observe, rankedFor } from '../../experiments/dissection/observe';
import { measureAblation } from '../../experiments/dissection/measure';
import { openSafetensors } from '../../load/safetensors';
import { dcgan } from '../../onnx/testing/published';
import { readState } from '../../onnx/testing/state';
import { mean } from '../../statistics/stats';
import { range } from '../../util/range';
import { MODELS, report } from '../testing/realModels';
import { OnnxNetEngine } from './engine';
import { labOf } from './testing/lab';

const GOLDENS = 'reference/images/goldens/real';
const golden = JSON.parse(await readFile(`${GOLDENS}/dcgan.json`, 'utf8'));
const file = await openSafetensors(await openAsBlob(`${GOLDENS}/dcgan.safetensors`), 'dcgan');

const engine = new OnnxNetEngine();
const state = await readState(
  await openAsBlob(join(MODELS, 'dcgan', 'weights.tar')),
  'x.tar',
  'netG_state_dict',
);
const info = await engine.open({ name: 'dcgan.onnx', bytes: dcgan(state) });
afterAll(() => engine.close());

const { site, seed, count } = golden;
const spec = dissection.parseSpec({
  kind: 'dissection',
  model: { id: 'dcgan', revision: 'local' },
  preprocessing: null,
  images: [],
  site,
  seed,
  count,
  concepts: ['dark'],
  cut: { by: 'quantile', share: golden.quantile },
  units: 20,
  pictures: count,
});
const lab = labOf(engine, info);
const setup = {
  spec,
  lab,
  inputs: inputsOf(lab, spec),
  tones: [-1, 1] as const,
  concepts: conceptsOf(info.spec, spec),
};
const seen = await observe(setup);
const units = range(0, seen.maps.units);
const atQuantile = units.map((unit) => agreementsFor(seen, unit, spec.cut));

it('finds the units of dark pixels that PyTorch finds', () => {
  const ious = atQuantile.map(([own]) => own!.iou);
  const sorted = ious.toSorted((a, b) => a - b);
  const median = (sorted[63]! + sorted[64]!) / 2;
  const [best] = rankedFor(atQuantile, 0);
  report(
    `DCGAN: unit ${best} agrees best with dark pixels, IoU ${ious[best!]!.toFixed(4)}, median ${median.toFixed(4)}`,
  );
  expect(best).toBe(golden.atQuantile.best);
  const errors = ious.map((iou, u) => Math.abs(iou - golden.atQuantile.units[u]));
  report(`DCGAN: IoU differs from PyTorch by at most ${Math.max(...errors).toExponential(1)}`);
  expect(Math.max(...errors)).toBeLessThan(1e-4);
  expect(Math.abs(median - golden.atQuantile.median)).toBeLessThan(1e-4);
  expect(rankedFor(atQuantile, 0).slice(0, 20)).toEqual(golden.top20);
});

it('chooses thresholds on one half as PyTorch does', () => {
  const halves = units.map((unit) => agreementsFor(seen, unit, { by: 'quality' })[0]!);
  const theirs = golden.halves.units as { threshold: number | null; iou: number }[];
  const errors = halves.map(({ iou }, u) => Math.abs(iou - theirs[u]!.iou));
  report(`DCGAN: IoU of the other half differs by at most ${Math.max(...errors).toExponential(1)}`);
  expect(halves.map(({ threshold }) => threshold === null)).toEqual(
    theirs.map(({ threshold }) => threshold === null),
  );
  expect(Math.max(...errors)).toBeLessThan(1e-4);
});

it('takes dark pixels away unit by unit, as PyTorch does', async () => {
  const start = performance.now();
  const { curve } = await measureAblation(setup, seen, 0, golden.top20);
  const seconds = (performance.now() - start) / 1000;
  const ours = range(0, 21).map((k) => mean(curve.map((row) => row[k]!)));
  const errors = ours.map((share, k) => Math.abs(share - golden.darkAfterAblating[k]));
  report(
    `DCGAN: dark pixels ${(100 * ours[0]!).toFixed(2)} % -> ${(100 * ours[20]!).toFixed(2)} % without 20 units; differs by at most ${Math.max(...errors).toExponential(1)}; ${((128 * 41) / seconds).toFixed(0)} pictures/s`,
  );
  expect(Math.max(...errors)).toBeLessThan(1e-5);
});

it('inserts a unit as PyTorch does', async () => {
  const box = { top: 0, left: 0, bottom: 16, right: 8 };
  const { best } = golden.atQuantile;
  const edits = [inserted(site, [best], [golden.inserted], box)];
  const images = setup.inputs.slice(0, 4);
  const runs = range(0, 4).map((image) => ({ id: `${image}`, image, edits }));
  const { data } = (await engine.run('r', { images, runs, reads: ['image'] })).tensors.image!;
  const theirs = Float32Array.from((await file.tensor('image/insert-best')).data);
  const kept = theirs.length / 4;
  const ours = theirs.map(
    (_, i) => data[Math.floor(i / kept) * 12288 + Math.floor(((i % kept) * 12288) / kept)]!,
  );
  expect(compareTensors(ours, theirs).relative).toBeLessThan(2e-5);
});

it('restarts behind the latent, which saves work', async () => {
  const images = setup.inputs.slice(0, 8);
  const runs = range(0, 64).map((i) => ({
    id: `${i}`,
    image: i % 8,
    edits: [{ site, op: 'set' as const, channels: [i], source: { kind: 'constant' as const, value: 0 } }],
  }));
  const timed = async (restart: boolean) => {
    await engine.run('r', { images, runs, restart });
    const { seconds, from } = await engine.run('r', { images, runs, restart });
    return { seconds, from };
  };
  const [restarted, whole] = [await timed(true), await timed(false)];
  report(
    `DCGAN: 64 pictures with a unit of ${site} ablated: ${restarted.seconds.toFixed(2)} s from ${restarted.from}, ${whole.seconds.toFixed(2)} s from the latent (${(whole.seconds / restarted.seconds).toFixed(1)} times)`,
  );
  expect(restarted.from).toBe(site);
});
