/** The engine of nets on MobileNetV2 against PyTorch: every site, edges, patches (reference/images). */
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareTensors } from '../../forward/reference/compare';
import { decodePicture } from '../../load/image/decode';
import { netImage, usualPreprocessing } from '../../load/image/preprocess';
import { openSafetensors } from '../../load/safetensors';
import { elements } from '../../util/elements';
import type { NetRun } from '../../model/netRun';
import { mobilenetV2 } from '../../onnx/testing/published';
import { readState } from '../../onnx/testing/state';
import { MODELS, report } from '../testing/realModels';
import { likeliest } from './classes';
import { OnnxNetEngine } from './engine';

const GOLDENS = 'reference/images/goldens/real';
const golden = JSON.parse(await readFile(`${GOLDENS}/mobilenet.json`, 'utf8'));
const file = await openSafetensors(await openAsBlob(`${GOLDENS}/mobilenet.safetensors`), 'mobilenet');
const theirs = async (name: string) => Float32Array.from((await file.tensor(name)).data);

const engine = new OnnxNetEngine();
const state = await readState(
  await openAsBlob(join(MODELS, 'mobilenet', 'mobilenet_v2-b0353104.pth')),
  'x.pth',
);
const { spec } = await engine.open({ name: 'mobilenet.onnx', bytes: mobilenetV2(state) });
afterAll(() => engine.close());
/** The pictures are cropped already. */
const how = { ...usualPreprocessing(spec.input), resize: null };
const images = await Promise.all(
  (golden.images as string[]).map(async (name) =>
    netImage(decodePicture(name, await readFile(`${GOLDENS}/${name}.png`)), how, spec.input),
  ),
);
const rowOf = (data: Float32Array, i: number) => data.subarray(1000 * i, 1000 * (i + 1));

describe('MobileNetV2', () => {
  it('names the cat and the coffee', async () => {
    const { data } = (await engine.capture(images, ['logits'])).logits!;
    for (const [i, { class: id, p }] of golden.classes.entries()) {
      const [first] = likeliest(spec, rowOf(data, i), 1);
      expect(first!.id).toBe(id);
      expect(Math.abs(first!.p - p)).toBeLessThan(1e-4);
    }
    expect((await engine.verify(images[0]!)).relative).toBeLessThan(2e-5);
  });

  it('has the values of PyTorch at every site', async () => {
    let worst = { site: '', relative: 0 };
    for (const [site, { largest }] of Object.entries<{ largest: number }>(golden.sites)) {
      const { data } = (await engine.capture(images, [site]))[site]!;
      const size = elements(spec.sites.find(({ name }) => name === site)!.shape);
      const expected = await theirs(`site/${site}`);
      const kept = expected.length / images.length;
      const error = expected.reduce((most, value, i) => {
        const at = Math.floor(i / kept) * size + Math.floor(((i % kept) * size) / kept);
        return Math.max(most, Math.abs(data[at]! - value));
      }, 0);
      if (error / largest > worst.relative) worst = { site, relative: error / largest };
    }
    report(
      `MobileNetV2: sites differ from PyTorch by at most ${worst.relative.toExponential(1)} (${worst.site})`,
    );
    expect(worst.relative).toBeLessThan(2e-5);
  });

  it('sets edges as rewritten weights do', async () => {
    const { u, layers } = golden.rankOne;
    for (const { layer, effects, candidates } of layers)
      for (const kind of ['hard', 'soft'] as const) {
        const runs = (candidates as number[]).flatMap((cause) =>
          images.map(
            (_, image): NetRun => ({
              id: layer,
              image,
              edges: [{ layer, causes: [cause], effects, u: u[kind] }],
            }),
          ),
        );
        const { data } = (await engine.run('r', { images, runs })).tensors.logits!;
        const { relative } = compareTensors(data, await theirs(`rank-one/${layer}/${kind}`));
        report(`MobileNetV2: ${layer} ${kind}: ${relative.toExponential(1)}`);
        expect(relative).toBeLessThan(1e-5);
      }
  });

  it("takes another image's whole answer at the cuts, bit for bit, and nowhere else", async () => {
    for (const [i, { name, isCut }] of spec.sites.entries()) {
      if (!isCut && i % 5 !== 0) continue;
      const runs: NetRun[] = [
        { id: 'other', image: 1 },
        { id: 'patched', image: 0, edits: [{ site: name, op: 'set', source: { kind: 'image', image: 1 } }] },
        { id: 'again', image: 0 },
      ];
      const { data } = (await engine.run('r', { images, runs })).tensors.logits!;
      expect([name, rowOf(data, 1).every((value, c) => value === data[c])]).toEqual([name, isCut]);
    }
  });
});
