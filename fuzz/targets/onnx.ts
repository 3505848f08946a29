/** ONNX files, up to the engine: parsed, the flow from the image to the answer found, masked by layers. */
import { create, fromBinary } from '@bufbuild/protobuf';
import { type GraphProto, ModelProtoSchema, NodeProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { flowOf } from '../../src/onnx/read/flow';
import { parseGraph } from '../../src/onnx/read/parse';
import { siteNames } from '../../src/onnx/read/siteNames';
import { whyUnmaskable } from '../../src/onnx/rewrite/layerMask';
import { bytesOf } from '../../src/onnx/rewrite/net';
import { fileOf, modelOf, residualParts } from '../../src/onnx/testing/tinyNet';
import { mutateBytes } from '../mutate/bytes';
import { TEXTS } from '../mutate/names';
import type { Random } from '../random';
import { inUtf8, lostNames, target } from '../target';

const seeds = () => ['N', 1].map((batch) => Uint8Array.from(fileOf(modelOf(residualParts(batch)))));

/** Another wiring, order, name, shape or version, in a file that decodes. */
function mutateModel(file: Uint8Array, random: Random): Uint8Array {
  const model = fromBinary(ModelProtoSchema, file);
  const graph = model.graph!;
  const changes = 1 + random.below(3);
  for (let i = 0; i < changes; i++) change(graph, random);
  if (random.chance(0.1)) model.opsetImport[0]!.version = BigInt(random.below(30));
  return fileOf(model);
}

function change(graph: GraphProto, random: Random): void {
  const node = random.pick(graph.node);
  const tensor = random.pick(graph.initializer);
  const names = [...graph.node.flatMap(({ output }) => output), ...graph.initializer.map(({ name }) => name)];
  switch (random.below(7)) {
    case 0:
      node.name = random.pick(TEXTS);
      return;
    case 1:
      renameAll(graph, random.pick(names), random.pick(TEXTS));
      return;
    case 2:
      node.input[random.below(node.input.length)] = random.pick(names);
      return;
    case 3:
      graph.node.reverse();
      return;
    case 4:
      tensor.dims = tensor.dims.map((size) => random.pick([size, 0n, 1n, 2n ** 40n, -1n]));
      return;
    case 5:
      graph.initializer.push(create(TensorProtoSchema, { ...tensor, name: random.pick(TEXTS) }));
      return;
    default:
      graph.node.push(create(NodeProtoSchema, { ...node, output: [random.pick(TEXTS)] }));
  }
}

function renameAll({ node, initializer, output }: GraphProto, from: string, to: string): void {
  const renamed = (name: string) => (name === from ? to : name);
  for (const one of node) {
    one.input = one.input.map(renamed);
    one.output = one.output.map(renamed);
  }
  for (const one of [...initializer, ...output]) one.name = renamed(one.name);
}

export const onnxGraph = target<Uint8Array>({
  name: 'onnx-graph',
  seeds,
  mutate: (file, random) => (random.chance(0.5) ? mutateBytes(file, random) : mutateModel(file, random)),
  async run(bytes) {
    const { net, input } = parseGraph('model.onnx', bytes);
    const { tensors, cuts } = flowOf(net, input.name, net.outputs[0]!);
    const names = siteNames(net.nodes, tensors);
    bytesOf(net);
    const refused = whyUnmaskable(net, input, new Set());
    if (refused !== null && !refused.startsWith('layer mask: ')) throw new Error(refused);
    const before = fromBinary(ModelProtoSchema, bytes).graph!.node.flatMap(({ output }) => output);
    const after = net.nodes.flatMap(({ output }) => output);
    return [...lostNames(inUtf8(before), after), ...lostNames(cuts, names.keys())];
  },
});
