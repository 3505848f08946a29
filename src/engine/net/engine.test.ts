import { afterAll, describe, expect, it } from 'vitest';
import { fileOf, images as made, modelOf, residualParts } from '../../onnx/testing/tinyNet';
import type { NetEdit, NetRun } from '../../model/netRun';
import { OnnxNetEngine } from './engine';

const engine = new OnnxNetEngine();
const info = await engine.open({ name: 'folder/tiny.onnx', bytes: fileOf(modelOf(residualParts())) });
afterAll(() => engine.close());

const all = made(5);
const images = Array.from({ length: 5 }, (_, i) => all.slice(192 * i, 192 * (i + 1)));
const base: NetRun[] = images.map((_, image) => ({ id: `base ${image}`, image }));

async function logits(runs: readonly NetRun[], restart = true): Promise<number[][]> {
  const { tensors } = await engine.run('test', { images, runs, restart });
  const { data } = tensors.logits!;
  return runs.map((_, i) => [...data.subarray(5 * i, 5 * i + 5)]);
}
const edited = (...edits: NetEdit[]): NetRun => ({ id: 'edited', image: 0, edits });
const site = (name: string) => info.spec.sites.find((one) => one.name === name)!;

it('says what it opened', () => {
  expect(info).toMatchObject({
    title: 'tiny',
    environment: {
      runtime: 'onnxruntime-web 1.30.0',
      provider: 'wasm',
      device: 'one thread',
      optimization: 'disabled',
    },
  });
  expect(info.sha256).toMatch(/^[0-9a-f]{64}$/);
});

it('agrees with the untouched file', async () => {
  const { relative, bar } = await engine.verify(images[0]!);
  expect(relative).toBeLessThanOrEqual(bar);
});

describe('run', () => {
  it('gives base rows that edits of other rows do not touch', async () => {
    const alone = await logits(base);
    const mixed = await logits([...base, edited({ site: 'relu1', op: 'scale', alpha: 3 })]);
    expect(mixed.slice(0, 5)).toEqual(alone);
    expect(mixed[5]).not.toEqual(alone[0]);
  });

  it('patches another image: all of its answer at a cut, in batches of the same size', async () => {
    for (const { name, isCut } of info.spec.sites) {
      const patch: NetEdit = { site: name, op: 'set', source: { kind: 'image', image: 3 } };
      for (const restart of [true, false]) {
        const runs = [base[0]!, base[3]!, edited(patch), ...base, ...base];
        const rows = await logits(runs, restart);
        expect([name, rows[2]!.every((value, i) => value === rows[1]![i])]).toEqual([name, isCut]);
      }
    }
  });

  it('restarts behind the image with the same numbers, and says where', async () => {
    const edit: NetEdit = { site: 'conv3', op: 'add', alpha: 2, source: { kind: 'constant', value: 0.25 } };
    const runs = [...base, edited(edit), edited({ ...edit, channels: [1] })];
    const [restarted, whole] = [true, false].map((restart) => engine.run('r', { images, runs, restart }));
    expect((await restarted)!.from).toBe('relu1');
    expect((await whole)!.from).toBe(null);
    expect((await restarted)!.tensors).toEqual((await whole)!.tensors);
  });

  it('reads sites after edits; channels and boxes are those that were named', async () => {
    const { shape } = site('pool');
    const runs = [
      edited(),
      edited({ site: 'pool', op: 'set', channels: [2, 4], source: { kind: 'vector', values: [7, 8] } }),
      edited({ site: 'pool', op: 'scale', alpha: 0, box: { top: 1, left: 0, bottom: 3, right: 2 } }),
      edited(
        { site: 'pool', op: 'add', source: { kind: 'constant', value: 1 } },
        { site: 'pool', op: 'scale', alpha: 2 },
        { site: 'pool', op: 'set', channels: [0], source: { kind: 'constant', value: 5 } },
        { site: 'pool', op: 'add', channels: [0], alpha: -1, source: { kind: 'constant', value: 2 } },
      ),
    ];
    const { tensors } = await engine.run('r', { images, runs, reads: ['pool'] });
    const { data } = tensors.pool!;
    expect(tensors.pool!.shape).toEqual([4, ...shape]);
    const [clean, set, zeroed, many] = [0, 1, 2, 3].map((i) => data.subarray(96 * i, 96 * (i + 1)));
    for (let i = 0; i < 96; i++) {
      const [channel, row, column] = [Math.floor(i / 16), Math.floor(i / 4) % 4, i % 4];
      expect(set![i]).toBe(channel === 2 ? 7 : channel === 4 ? 8 : clean![i]);
      expect(zeroed![i]).toBe(row >= 1 && row < 3 && column < 2 ? 0 : clean![i]);
      expect(many![i]).toBeCloseTo(channel === 0 ? 3 : 2 * (clean![i]! + 1), 5);
    }
  });

  it('sets edges of a layer, another cause in each row', async () => {
    const runs: NetRun[] = Array.from({ length: 7 }, (_, cause) => ({
      id: `${cause}`,
      image: 1,
      ...(cause < 6 && { edges: [{ layer: 'conv3', causes: [cause], effects: [0, 1, 2, 3, 4, 5], u: 0 }] }),
    }));
    const rows = await logits(runs);
    // To cut all edges from a cause is to set the cause to zero.
    const zeroed = await logits(
      runs.map(({ id, image }, cause) => ({
        id,
        image,
        ...(cause < 6 && {
          edits: [
            {
              site: 'relu2',
              op: 'set' as const,
              channels: [cause],
              source: { kind: 'constant' as const, value: 0 },
            },
          ],
        }),
      })),
    );
    rows.flat().forEach((value, i) => {
      expect(value).toBeCloseTo(zeroed.flat()[i]!, 5);
    });
    expect(new Set(rows.map(String)).size).toBe(7);
  });

  it('answers many requests at once, more kinds of them than sessions stay open', async () => {
    const runs = info.spec.sites.slice(1, 6).map(({ name }) => edited({ site: name, op: 'scale', alpha: 2 }));
    const alone = [];
    for (const run of runs) alone.push((await logits([run]))[0]);
    const ask = async (run: NetRun, i: number) =>
      (await engine.run(`together ${i}`, { images, runs: [run] })).tensors.logits!.data;
    const together = await Promise.all([...runs, ...runs].map(ask));
    expect(together.map((data) => [...data.subarray(0, 5)])).toEqual([...alone, ...alone]);
  });

  it('reports progress, and stops between batches', async () => {
    const runs = Array.from({ length: 100 }, (_, i) => ({ id: `${i}`, image: i % 5 }));
    const seen: number[] = [];
    const done = engine.run('long', { images, runs }, ({ fraction }) => {
      seen.push(fraction);
      // A message that arrives while rows are computed.
      if (fraction >= 0.25) setTimeout(() => void engine.cancel('long'));
    });
    await expect(done).rejects.toThrow('run: cancelled');
    expect(seen).toEqual([0, 0, 0.25]);
    expect((await engine.run('again', { images, runs })).rowsPerBatch).toBe(25);
  });

  const constant = { kind: 'constant', value: 1 } as const;
  it.each<[string, Partial<NetRun>, RegExp]>([
    [
      'a site',
      { edits: [{ site: 'conv9', op: 'set', source: constant }] },
      /^net: there is no such site, got 'conv9'/,
    ],
    [
      'a channel',
      { edits: [{ site: 'pool', op: 'set', channels: [6], source: constant }] },
      /^edit: pool: no such channel, got 6, expected 0 to 5/,
    ],
    [
      'a box',
      {
        edits: [{ site: 'pool', op: 'set', box: { top: 0, left: 0, bottom: 5, right: 1 }, source: constant }],
      },
      /^edit: pool: no such box/,
    ],
    [
      'a source',
      { edits: [{ site: 'pool', op: 'set' }] },
      /^edit: pool: set and its source, got none, expected one/,
    ],
    ['an image', { image: 9 }, /names an image that is not there, got 9, expected 0 to 4/],
    [
      'a layer',
      { edges: [{ layer: 'pool', causes: [], effects: [], u: 0 }] },
      /no linear layer with stored weights, got 'pool'/,
    ],
    [
      'a cause',
      { edges: [{ layer: 'conv3', causes: [6], effects: [], u: 0 }] },
      /^edges: relu2: no such cause, got 6/,
    ],
    [
      'a number',
      { edits: [{ site: 'logits', op: 'scale', alpha: 1e39 }] },
      /are not finite, got -?Infinity in run 'x'/,
    ],
  ])('refuses what does not fit: %s', async (_, run, message) => {
    await expect(engine.run('r', { images, runs: [{ id: 'x', image: 0, ...run }] })).rejects.toThrow(message);
  });
});

it('stays on the processor where there is no WebGPU', async () => {
  const before = await logits(base);
  await expect(engine.computeOn('webgpu', images[0]!)).rejects.toThrow(
    /^onnx: onnxruntime-web could not [^\n]*$/,
  );
  expect(await logits(base)).toEqual(before);
  const { environment } = await engine.computeOn('wasm', images[0]!);
  expect(environment).toEqual(info.environment);
});
