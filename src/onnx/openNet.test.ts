import { describe, expect, it } from 'vitest';
import { elements } from '../util/elements';
import { openNet } from './openNet';
import { CLASSES, fileOf, images, IMAGE, modelOf, residualParts } from './testing/tinyNet';
import type { Inputs, Wiring } from './wire';

const OPTIONS = { optimization: 'disabled' } as const;
const open = (batch: number | string = 'N') => openNet('m.onnx', fileOf(modelOf(residualParts(batch))));
const net = await open();
const two = images(2);
const feed = (data: Float32Array) => ({ dims: [data.length / 192, ...IMAGE], data });
const full = (dims: readonly number[], value: number) => ({
  dims,
  data: new Float32Array(elements(dims)).fill(value),
});
const truth = (dims: readonly number[], values: ArrayLike<number>) => ({
  dims,
  data: Uint8Array.from(values),
});

async function run(wiring: Wiring, inputs: Inputs, of = net) {
  const session = await of.wire(wiring, OPTIONS);
  const results = await session.run(inputs);
  await session.close();
  return results.map(({ data }) => data as Float32Array);
}

describe('openNet', () => {
  it('describes sites, cuts and layers', () => {
    const { spec } = net;
    expect(spec.sites.map(({ name, shape, isCut }) => `${name} [${shape}]${isCut ? ' cut' : ''}`)).toEqual([
      'image [3,8,8] cut',
      'conv1 [6,8,8] cut',
      'relu1 [6,8,8] cut',
      'conv2 [6,8,8]',
      'relu2 [6,8,8]',
      'conv3 [6,8,8]',
      'add [6,8,8] cut',
      'pool [6,4,4] cut',
      'flatten [96] cut',
      'logits [5] cut',
    ]);
    expect(spec).toMatchObject({ opset: 17, batch: 'any', notes: [], isSoftmax: false });
    expect(spec.layers.map(({ site, reads }) => `${reads} -> ${site}`)).toEqual([
      'image -> conv1',
      'relu1 -> conv2',
      'relu2 -> conv3',
      'flatten -> logits',
    ]);
    // relu1, conv2 and relu2.
    expect(spec.liveBytes).toBe(4 * 3 * 384);
  });

  it('makes a fixed batch free where the graph allows it', async () => {
    const fixed = await open(1);
    expect(fixed.spec.batch).toBe('any');
    const [ours] = await run({ reads: ['logits'] }, { start: feed(two) }, fixed);
    expect(ours).toEqual((await run({ reads: ['logits'] }, { start: feed(two) }))[0]);
  });

  it('runs rows one by one where it does not', async () => {
    const parts = residualParts(1);
    // A second target of the batch's size, which no rule knows.
    const nodes = parts.nodes.map((node) =>
      node.name === 'flatten' ? { ...node, opType: 'Reshape', input: ['pool', 'made'] } : node,
    );
    const { nodeOf, intsOf } = await import('./rewrite/net');
    const made = nodeOf('Concat', ['one', 'rest'], 'made', { axis: 0 });
    const tensors = [...parts.tensors, intsOf('one', [1]), intsOf('rest', [96])];
    const stuck = await openNet(
      'm.onnx',
      fileOf(modelOf({ ...parts, nodes: [made, ...nodes] as never, tensors })),
    );
    expect(stuck.spec.batch).toBe('one');
    expect(stuck.spec.notes).toEqual(['The graph takes one image at a time, so rows run one after another.']);
    const [ours] = await run({ reads: ['logits'] }, { start: feed(images(1)) }, stuck);
    expect(ours).toEqual((await run({ reads: ['logits'] }, { start: feed(images(1)) }))[0]);
  });

  it('gives every site, and the untouched answer', async () => {
    const reads = net.spec.sites.map(({ name }) => name);
    const values = await run({ reads }, { start: feed(two) });
    expect(values[0]).toEqual(two);
    expect(values.map(({ length }) => length)).toEqual(
      net.spec.sites.map(({ shape }) => 2 * elements(shape)),
    );
    expect(values[2]).toEqual(values[1]!.map((value) => Math.max(0, value)));
    const untouched = await net.untouched(images(1));
    const largest = Math.max(...untouched.map(Math.abs));
    untouched.forEach((value, i) => {
      expect(Math.abs(value - values.at(-1)![i]!)).toBeLessThan(1e-6 * largest);
    });
  });
});

describe('changes', () => {
  const wiring = { reads: ['logits'], sets: ['relu1'], mixes: ['relu1'] };
  const off = {
    start: feed(two),
    changes: {
      relu1: {
        mask: truth([2, 1, 1, 1], [0, 0]),
        value: full([2, 1, 1, 1], 9),
        gain: full([2, 1, 1, 1], 1),
        shift: full([2, 1, 1, 1], 0),
      },
    },
  };

  it('changes nothing, bit for bit, when switched off', async () => {
    expect(await run(wiring, off)).toEqual(await run({ reads: ['logits'] }, { start: feed(two) }));
  });

  it('patches another image at a cut, bit for bit, and not inside a branch', async () => {
    const swapped = new Float32Array([...two.subarray(192), ...two.subarray(0, 192)]);
    for (const { name, shape, isCut } of net.spec.sites) {
      const [values, logits] = await run({ reads: [name, 'logits'] }, { start: feed(swapped) });
      const [patched] = await run(
        { reads: ['logits'], sets: [name] },
        {
          start: feed(two),
          changes: {
            [name]: {
              mask: truth([2, ...shape.map(() => 1)], [1, 1]),
              value: { dims: [2, ...shape], data: values! },
            },
          },
        },
      );
      expect([name, patched!.every((value, i) => value === logits![i])]).toEqual([name, isCut]);
    }
  });

  it('restarts behind a cut with the same numbers', async () => {
    const cuts = net.spec.sites.filter(({ isCut }) => isCut).map(({ name }) => name);
    const values = await run({ reads: cuts }, { start: feed(two) });
    for (const [i, name] of cuts.slice(1, -1).entries()) {
      const { shape } = net.spec.sites.find((site) => site.name === name)!;
      const data = { dims: [2, ...shape], data: values[i + 1]! };
      expect([name, await run({ from: name, reads: ['logits'] }, { start: data })]).toEqual([
        name,
        values.slice(-1),
      ]);
    }
  });
});

describe('rankOne', () => {
  /** The logits with W[effects, cause] = u in the file itself. */
  async function rewritten(layer: string, cells: readonly number[], u: number) {
    const parts = residualParts();
    const tensors = parts.tensors.map((tensor) => {
      if (tensor.name !== layer) return tensor;
      const values = new Float32Array(tensor.rawData.slice().buffer);
      for (const cell of cells) values[cell] = u;
      return { ...tensor, rawData: new Uint8Array(values.buffer) };
    });
    const other = await openNet('m.onnx', fileOf(modelOf({ ...parts, tensors: tensors as never })));
    return (await run({ reads: ['logits'] }, { start: feed(two) }, other))[0]!;
  }
  const slice = (effect: number, cause: number, causes: number) =>
    Array.from({ length: 9 }, (_, p) => (effect * causes + cause) * 9 + p);
  const cases = [
    {
      layer: 'conv1',
      weight: 'w1',
      cause: 1,
      effects: [0, 4],
      causes: 3,
      cells: [...slice(0, 1, 3), ...slice(4, 1, 3)],
    },
    // Depthwise: a cause feeds the effect of its own number only.
    { layer: 'conv2', weight: 'w2', cause: 4, effects: [3, 4], causes: 6, cells: slice(4, 0, 1) },
    { layer: 'conv3', weight: 'w3', cause: 5, effects: [1], causes: 6, cells: slice(1, 5, 6) },
  ];
  it.each(cases)(
    'equals rewritten weights in $layer',
    async ({ layer, weight, cause, effects, causes, cells }) => {
      for (const u of [0, 0.7]) {
        const keep = new Float32Array(2 * causes).fill(1);
        keep[cause] = 0;
        keep[causes + cause] = 0;
        const [ours] = await run(
          { reads: ['logits'], edges: [{ layer, isSoft: u !== 0 }] },
          {
            start: feed(two),
            edges: {
              [layer]: {
                keep: { dims: [2, causes, 1, 1], data: keep },
                effects: truth(
                  [1, 6, 1, 1],
                  Array.from({ length: 6 }, (_, e) => Number(effects.includes(e))),
                ),
                ...(u !== 0 && { u: full([2, 1, 1, 1], u) }),
              },
            },
          },
        );
        const theirs = await rewritten(weight, cells, u);
        const largest = Math.max(...theirs.map(Math.abs));
        theirs.forEach((value, i) => {
          expect(Math.abs(value - ours![i]!)).toBeLessThan(2e-6 * largest);
        });
      }
    },
  );

  it('equals rewritten weights in a dense layer', async () => {
    const keep = new Float32Array(96).fill(1);
    keep[40] = 0;
    const [ours] = await run(
      { reads: ['logits'], edges: [{ layer: 'logits', isSoft: true }] },
      {
        start: feed(two),
        edges: {
          logits: {
            keep: { dims: [1, 96], data: keep },
            effects: truth([1, CLASSES], [0, 0, 1, 0, 0]),
            u: full([2, 1], -0.4),
          },
        },
      },
    );
    const theirs = await rewritten('w4', [2 * 96 + 40], -0.4);
    theirs.forEach((value, i) => {
      expect(Math.abs(value - ours![i]!)).toBeLessThan(1e-5);
    });
  });
});
