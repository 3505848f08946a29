/** The same causal graph by another way: the LeNet as an ONNX graph, its edges set in onnxruntime. */
import { readFile } from 'node:fs/promises';
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { expect, it } from 'vitest';
import { OnnxNetEngine } from '../../src/engine/net/engine';
import { repairRuns } from '../../src/experiments/class-graph/repair';
import { searchClass } from '../../src/experiments/class-graph/search';
import { openSafetensors } from '../../src/load/safetensors';
import { floatsOf, inputOf, nodeOf } from '../../src/onnx/rewrite/net';
import { fileOf, modelOf } from '../../src/onnx/testing/tinyNet';
import { AHMAD } from './select';
import { soft } from './effects';
import { forward, logitsOf } from './forward';
import { causalGraph } from './graph';
import { keepCausalEdges } from './repair';
import { loadDigits, loadTrained } from './testing/lenet';

async function lenetFile(): Promise<Uint8Array> {
  const file = await openSafetensors(
    new Uint8Array(await readFile('reference/goldens/nets/lenet.safetensors')).buffer,
    'l',
  );
  const tensors = await Promise.all(
    [...file.tensors].map(async ([name, { shape }]) =>
      floatsOf(name, Float32Array.from((await file.tensor(name)).data), shape),
    ),
  );
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  const read = (name: string, input: string) => [input, `${name}.weight`, `${name}.bias`];
  const nodes = [
    nodeOf('Conv', read('conv1', 'image'), 'conv1'),
    nodeOf('Relu', ['conv1'], 'relu1'),
    nodeOf('MaxPool', ['relu1'], 'pool1', pool),
    nodeOf('Conv', read('conv2', 'pool1'), 'conv2'),
    nodeOf('Relu', ['conv2'], 'relu2'),
    nodeOf('MaxPool', ['relu2'], 'pool2', pool),
    nodeOf('Flatten', ['pool2'], 'flat'),
    nodeOf('Gemm', read('fc1', 'flat'), 'fc1', { transB: 1 }),
    nodeOf('Relu', ['fc1'], 'relu3'),
    nodeOf('Gemm', read('fc2', 'relu3'), 'fc2', { transB: 1 }),
    nodeOf('Relu', ['fc2'], 'relu4'),
    nodeOf('Gemm', read('fc3', 'relu4'), 'fc3', { transB: 1 }),
  ];
  const inputs = [inputOf('image', DataType.FLOAT, ['N', 1, 32, 32])];
  return fileOf(modelOf({ nodes, tensors, inputs, outputs: ['fc3'] }));
}

it('finds the parents that the float64 net finds, cut and soft', async () => {
  const engine = new OnnxNetEngine();
  const { spec } = await engine.open({ name: 'lenet.onnx', bytes: await lenetFile() });
  const { samples } = await loadDigits();
  const digits = samples.slice(0, 40);
  const images = digits.map((digit) => Float32Array.from(digit));
  const run = forward(await loadTrained(), digits);
  for (const u of [{ low: 0, high: 0, seed: 1 }, soft(0.1, 3)]) {
    const theirs = causalGraph(run, 3, u, AHMAD);
    const ours = await searchClass(spec, { label: 3, rule: AHMAD, u }, images.length, async (runs) => {
      const { tensors } = await engine.run('r', { images, runs });
      return runs.map((_, i) => tensors.fc3!.data.subarray(10 * i, 10 * i + 10));
    });
    expect(
      ours.layers.map(({ layer, effects, candidates }) => ({
        layer,
        effects,
        parents: candidates.filter(({ kept }) => kept).map(({ channel }) => channel),
        of: candidates.length,
      })),
    ).toEqual(theirs.layers.map(({ layer, effects, parents, of }) => ({ layer, effects, parents, of })));
  }
  await engine.close();
});

it('keeps the causal edges alone, all layers at once, as the repaired float64 net does', async () => {
  const engine = new OnnxNetEngine();
  const { spec } = await engine.open({ name: 'lenet.onnx', bytes: await lenetFile() });
  const { samples } = await loadDigits();
  const digits = samples.slice(0, 40);
  const images = digits.map((digit) => Float32Array.from(digit));
  const net = await loadTrained();
  const u = { low: 0, high: 0, seed: 1 };
  const graph = await searchClass(spec, { label: 3, rule: AHMAD, u }, images.length, async (runs) => {
    const { tensors } = await engine.run('r', { images, runs });
    return runs.map((_, i) => tensors.fc3!.data.subarray(10 * i, 10 * i + 10));
  });
  const runs = repairRuns(spec, graph, images.length);
  const { data } = (await engine.run('r', { images, runs })).tensors.fc3!;
  const repaired = forward(keepCausalEdges(net, causalGraph(forward(net, digits), 3, u, AHMAD)), digits);
  for (const i of images.keys()) {
    const [ours, theirs] = [data[10 * (2 * i + 1) + 3]!, logitsOf(repaired.logits, 10, i)[3]!];
    // float32 beside float64. Measured: at most 1.2e-6.
    expect(Math.abs(ours - theirs)).toBeLessThan(1e-5);
    expect(ours).not.toBe(data[20 * i + 3]);
  }
  await engine.close();
});
