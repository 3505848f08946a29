/** The nets' engine on the graphics card, compared with itself on the processor. */
import { afterAll, describe, expect, it } from 'vitest';
import { compareTensors } from '../../forward/reference/compare';
import type { NetEdit, NetRun } from '../../model/netRun';
import type { NetRequest } from './api';
import { OnnxNetEngine } from './engine';
import { scenesOf } from './testing/scenes';

const SIDE = 48;
const BAR = 1e-4;

const read = async (name: string) =>
  new Uint8Array(await (await fetch(`/models/shapes/${name}`)).arrayBuffer());
const source = { name: 'shapes.onnx', bytes: await read('model.onnx') };
const [processor, card] = [new OnnxNetEngine(), new OnnxNetEngine()];
const { spec, environment } = await processor.open(source);
await card.open(source);
const { of } = await scenesOf(read, spec);
const images = ['red circle', 'red cross', 'green square', 'blue triangle', 'yellow circle'].map(
  (label) => of(label)[0]!.data,
);

/** Kernels started on the device so far. */
let dispatches = 0;
for (const name of ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'] as const) {
  const own = GPUComputePassEncoder.prototype[name] as (...given: unknown[]) => undefined;
  GPUComputePassEncoder.prototype[name] = function (this: GPUComputePassEncoder, ...given: unknown[]) {
    dispatches++;
    return own.apply(this, given);
  };
}
const moved = await card.computeOn('webgpu', images[0]!);
afterAll(() => Promise.all([processor.close(), card.close()]));

/** Largest difference of the card's values from the processor's, as a share of its largest, by site. */
async function differences(request: NetRequest): Promise<Record<string, number>> {
  const [ours, theirs] = [await card.run('c', request), await processor.run('p', request)];
  const all = Object.entries(theirs.tensors).map(
    ([site, { data }]) => [site, compareTensors(ours.tensors[site]!.data, data).relative] as const,
  );
  return Object.fromEntries(all);
}
const largest = (found: Record<string, number>): number => Math.max(...Object.values(found));
const asTheyAre: NetRun[] = images.map((_, image) => ({ id: `${image}`, image }));

it('is verified, and the untouched file stays on the processor', async () => {
  const { relative, ...rest } = moved.verification;
  expect(rest).toEqual({
    against: 'onnxruntime-web 1.30.0, the untouched file, optimization all',
    bar: BAR,
  });
  // Measured: 2.4e-7.
  expect(relative).toBeLessThan(BAR);
  expect(environment).toMatchObject({ provider: 'wasm', device: 'one thread' });
  // SwiftShader's is 'google swiftshader'.
  expect(moved.environment).toMatchObject({ provider: 'webgpu', device: expect.stringMatching(/^\w+/) });
});

it('gives every site of five pictures, with kernels of the device', async () => {
  const before = dispatches;
  const found = await differences({ images, runs: asTheyAre, reads: spec.sites.map(({ name }) => name) });
  // Measured: 38 kernels. At least one per layer, or the processor computes in silence.
  expect(dispatches - before).toBeGreaterThan(spec.layers.length);
  // Measured: at most 7.0e-7, at conv3b; 2.6e-7 at the logits.
  expect(largest(found)).toBeLessThan(BAR);
});

it("brings another image's whole answer at every cut", async () => {
  for (const { name } of spec.sites.filter(({ isCut }) => isCut)) {
    const patch: NetEdit = { site: name, op: 'set', source: { kind: 'image', image: 3 } };
    const runs = [...asTheyAre.map((run) => ({ ...run, edits: [patch] })), asTheyAre[3]!];
    const { tensors } = await card.run('c', { images, runs });
    const { data } = tensors.logits!;
    const each = data.length / runs.length;
    const answer = data.subarray(each * images.length);
    const worst = Math.max(
      ...images.map((_, i) => compareTensors(data.subarray(each * i, each * (i + 1)), answer).relative),
    );
    // Measured: 0 at all 19 cuts.
    expect([name, worst < BAR]).toEqual([name, true]);
  }
});

describe('changes', () => {
  const box = { top: 2, left: 3, bottom: 9, right: 8 };
  const edits: readonly (readonly [string, NetEdit])[] = [
    [
      'a box of channels set',
      { site: 'relu2', op: 'set', channels: [0, 5, 7], box, source: { kind: 'constant', value: 2 } },
    ],
    [
      'another image within a branch',
      { site: 'conv3b', op: 'set', channels: [1, 2, 3], source: { kind: 'image', image: 4 } },
    ],
    [
      'a vector added',
      { site: 'relu3', op: 'add', alpha: 3, channels: [2, 4], source: { kind: 'vector', values: [0.5, -1] } },
    ],
    ['a box scaled', { site: 'conv1', op: 'scale', alpha: -0.5, box }],
    [
      'pixels painted over',
      { site: spec.sites[0]!.name, op: 'set', box, source: { kind: 'constant', value: 0 } },
    ],
  ];

  it.each(edits)('%s', async (_what, edit) => {
    const runs = [...asTheyAre, ...asTheyAre.map((run) => ({ ...run, edits: [edit] }))];
    const found = await differences({ images, runs, reads: [edit.site, 'logits'] });
    // Measured: at most 7.0e-7 at the edited site, 2.6e-7 at the logits.
    expect(largest(found)).toBeLessThan(BAR);
  });

  it('edges of a layer', async () => {
    const edges = [0, 0.3].map((u) => [{ layer: 'conv2', causes: [1, 4], effects: [0, 3, 9], u }]);
    const runs = edges.flatMap((own) => asTheyAre.map((run) => ({ ...run, edges: own })));
    const found = await differences({ images, runs });
    // Measured: 3.0e-7.
    expect(largest(found)).toBeLessThan(BAR);
  });

  it('layer masks', async () => {
    const mask = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => Number(i % SIDE > 12 && i > 600));
    const runs = asTheyAre.map((run) => ({ ...run, mask: 0 }));
    const found = await differences({ images, masks: [mask], runs });
    // Measured: 3.5e-7.
    expect(largest(found)).toBeLessThan(BAR);
  });
});

it('stays on the processor, bit for bit, if the card differs by more than the bar', async () => {
  const strict = new OnnxNetEngine('disabled', { wasm: 0, webgpu: 1e-9 });
  await strict.open(source);
  await expect(strict.computeOn('webgpu', images[0]!)).rejects.toThrow(
    /^net: the graphics card's answer differs too much, got \S+e-7 of the largest value, expected at most 1e-9[.]/,
  );
  const before = dispatches;
  const [ours, theirs] = [
    await strict.capture(images, ['logits']),
    await processor.capture(images, ['logits']),
  ];
  expect(ours).toEqual(theirs);
  expect(dispatches).toBe(before);
  await strict.close();
});

it('returns to the processor', async () => {
  await card.computeOn('webgpu', images[1]!);
  const { environment: last, verification } = await card.computeOn('wasm', images[1]!);
  expect(last).toEqual(environment);
  expect(verification.bar).toBe(2e-5);
  const [ours, theirs] = [
    await card.capture(images, ['logits']),
    await processor.capture(images, ['logits']),
  ];
  expect(ours).toEqual(theirs);
});
