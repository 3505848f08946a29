/**
 * The net of `public/models/shapes` against PyTorch (reference/images): every site, full patches,
 * edits, and edges set by rewriting weights. Differences are shares of a tensor's largest value.
 */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { compareTensors } from '../../forward/reference/compare';
import { openSafetensors } from '../../load/safetensors';
import type { NetEdit, NetRun } from '../../model/netRun';
import { OnnxNetEngine } from './engine';

const GOLDENS = 'reference/images/goldens';
const json = async (name: string) => JSON.parse(await readFile(`${GOLDENS}/${name}.json`, 'utf8'));
const open = async (name: string) =>
  openSafetensors(new Blob([new Uint8Array(await readFile(`${GOLDENS}/${name}.safetensors`))]), name);
type Golden = Awaited<ReturnType<typeof open>>;
const floats = async (golden: Golden, name: string) => Float32Array.from((await golden.tensor(name)).data);

const engine = new OnnxNetEngine();
const bytes = new Uint8Array(await readFile('public/models/shapes/model.onnx'));
const { spec } = await engine.open({ name: 'model.onnx', bytes });
afterAll(() => engine.close());

const PIXELS = 3 * 48 * 48;
const CLASSES = 16;
const imagesIn = async (golden: Golden, name: string) => {
  const data = await floats(golden, name);
  return Array.from({ length: data.length / PIXELS }, (_, i) => data.slice(i * PIXELS, (i + 1) * PIXELS));
};

const patches = await open('shapes-patches');
const { sites, fullPatch, edits } = await json('shapes-sites');
const pair = await imagesIn(patches, 'images');

it('gives every site as PyTorch does', async () => {
  const golden = await open('shapes-sites');
  const images = await imagesIn(golden, 'image');
  const names = Object.keys(sites);
  expect(spec.sites.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  const ours = await engine.capture(images, names);
  for (const name of names) {
    expect(spec.sites.find((site) => site.name === name)!.shape).toEqual(sites[name].shape);
    // Measured: at most 7.6e-7.
    expect([name, compareTensors(ours[name]!.data, await floats(golden, name)).relative < 2e-6]).toEqual([
      name,
      true,
    ]);
  }
});

describe('patches', () => {
  const [golden, images] = [patches, pair];

  it('brings the whole answer exactly at the sites that PyTorch finds to cut the net', async () => {
    const order: string[] = fullPatch.order;
    const runs: NetRun[] = order.map((site) => ({
      id: site,
      image: 0,
      edits: [{ site, op: 'set', source: { kind: 'image', image: 1 } }],
    }));
    const { tensors } = await engine.run('r', { images, runs: [...runs, { id: 'other', image: 1 }] });
    const { data } = tensors.logits!;
    const rowOf = (i: number) => [...data.subarray(CLASSES * i, CLASSES * (i + 1))];
    const exact = order.filter((_, i) => rowOf(i).every((value, c) => value === rowOf(order.length)[c]));
    expect(exact).toEqual(fullPatch.bottlenecks);
    expect(spec.sites.filter(({ isCut, name }) => isCut && name !== 'image').map(({ name }) => name)).toEqual(
      exact,
    );
    const full = await floats(golden, 'full');
    expect(compareTensors(data.subarray(0, full.length), full).relative).toBeLessThan(1e-6);
  });

  interface Edit {
    readonly name: string;
    readonly site: string;
    readonly op: 'zero' | 'other' | 'scale';
    readonly channels?: readonly number[];
    readonly columns?: readonly [number, number];
    readonly alpha?: number;
  }
  const editOf = ({ site, op, channels, columns, alpha }: Edit): NetEdit => {
    const box = columns && { top: 0, bottom: 12, left: columns[0], right: columns[1] };
    const place = { site, ...(channels && { channels }), ...(box && { box }) };
    if (op === 'scale') return { ...place, op, alpha: alpha! };
    return {
      ...place,
      op: 'set',
      source: op === 'zero' ? { kind: 'constant', value: 0 } : { kind: 'image', image: 1 },
    };
  };

  it.each(edits as Edit[])('edits as PyTorch does: $name', async (edit) => {
    const runs = [0, 1, 0].map((image) => ({ id: 'x', image, edits: image === 0 ? [editOf(edit)] : [] }));
    const { tensors } = await engine.run('r', { images, runs });
    const theirs = (await floats(golden, `edit/${edit.name}`)).subarray(0, CLASSES);
    expect(compareTensors(tensors.logits!.data.subarray(0, CLASSES), theirs).relative).toBeLessThan(1e-6);
  });
});

const edges = await open('shapes-rank-one');
const { u, layers } = await json('shapes-rank-one');
const four = await imagesIn(edges, 'images');

describe('edges', () => {
  const [golden, images] = [edges, four];

  it.each(layers as { layer: string; effects: number[]; candidates: number }[])(
    'equal rewritten weights in $layer',
    async ({ layer, effects, candidates }) => {
      for (const kind of ['hard', 'soft'] as const) {
        const runs: NetRun[] = Array.from({ length: candidates }, (_, cause) => cause).flatMap((cause) =>
          images.map((_, image) => ({
            id: `${cause}`,
            image,
            edges: [{ layer, causes: [cause], effects, u: u[kind] }],
          })),
        );
        const { tensors } = await engine.run('r', { images, runs });
        const { relative } = compareTensors(tensors.logits!.data, await floats(golden, `${layer}/${kind}`));
        // Measured: at most 1.7e-6.
        expect([layer, kind, relative < 3e-6]).toEqual([layer, kind, true]);
      }
    },
  );
});
