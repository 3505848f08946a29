/** Dissection against PyTorch (reference/images/dissect.py), and on a net whose units are known. */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { agreementsOf, type Maps } from '../../experiments/dissection/agree';
import { namedMask, type NamedConcept } from '../../experiments/concepts/named';
import { standardNormals } from '../../util/random';
import { range } from '../../util/range';
import { OnnxNetEngine } from './engine';

const golden = JSON.parse(await readFile('reference/images/goldens/scenes-dissect.json', 'utf8'));
const engine = new OnnxNetEngine();
await engine.open({
  name: 'scenes.onnx',
  bytes: new Uint8Array(await readFile('public/models/scenes/model.onnx')),
});
afterAll(() => engine.close());

const concepts: NamedConcept[] = golden.concepts;
const latents = Float32Array.from(standardNormals(golden.seed, 16 * golden.count));
const z = range(0, golden.count).map((i) => latents.subarray(16 * i, 16 * (i + 1)));
const SITES = ['relu2', 'relu3', 'relu4'];
const kept = await engine.capture(z, [...SITES, 'image']);
const pictures = z.map((_, i) => {
  const pixels = kept.image!.data.slice(6912 * i, 6912 * (i + 1)).map((value) => (value + 1) / 2);
  return { pixels, channels: 3, height: 48, width: 48 };
});
const masks = concepts.map((name) => pictures.map((picture) => namedMask(name, picture)));

describe('units of the generator of scenes', () => {
  it.each(SITES)('agree with colours as in PyTorch at %s', (site) => {
    const { data, shape } = kept[site]!;
    const maps: Maps = { data, pictures: shape[0]!, units: shape[1]!, size: [shape[2]!, shape[3]!] };
    let [worst, other] = [0, 0];
    for (let u = 0; u < maps.units; u++)
      for (const [c, own] of agreementsOf(maps, u, masks, [48, 48], { by: 'quality' }).entries()) {
        const theirs = golden.sites[site][concepts[c]!].units[u];
        worst = Math.max(worst, Math.abs(own.iou - theirs.iou));
        other = Math.max(other, Math.abs(own.quality! - theirs.iqr));
        expect([u, c, own.threshold === null]).toEqual([u, c, theirs.threshold === null]);
      }
    console.log(site, worst, other);
    expect(worst).toBeLessThan(1e-4);
  });
});
