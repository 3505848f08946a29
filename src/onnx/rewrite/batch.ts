/** Lets a net take any number of images at once, where its file says one. */
import { create } from '@bufbuild/protobuf';
import { NodeProtoSchema, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf';
import type { NetInput } from '../../model/net';
import { ADDED, inputOf, intsOf, type Net, nodeOf, storedInts } from './net';

/**
 * The input takes any number of images. A Reshape to [batch, ...] becomes one that keeps
 * its first axis, since that is where the images are. Whether the rest of the net agrees is for a
 * run to show (`probe.ts`).
 */
export function withFreeBatch(net: Net, input: NetInput): Net {
  return withFloatInput(input.batch === null ? net : reshaped(net, input.batch), input, 'N');
}

/** The input takes floats, and `batch` images; a text is any number. */
export function withFloatInput(net: Net, { name, shape, type }: NetInput, batch: number | string): Net {
  const port = inputOf(type === 'float16' ? `${ADDED}input` : name, DataType.FLOAT, [batch, ...shape]);
  const typed = { ...net, inputs: [port] };
  if (type === 'float32') return typed;
  const cast = nodeOf('Cast', [port.name], name, { to: DataType.FLOAT16 });
  return { ...typed, nodes: [cast, ...typed.nodes] };
}

function reshaped(net: Net, batch: number): Net {
  const constants = new Map(net.tensors.map((tensor) => [tensor.name, tensor]));
  for (const node of net.nodes) {
    const value = node.opType === 'Constant' && node.attribute.find(({ name }) => name === 'value')?.t;
    if (value) constants.set(node.output[0]!, value);
  }
  const added: TensorProto[] = [];
  const nodes = net.nodes.map((node) => {
    const target = node.opType === 'Reshape' ? storedInts(constants.get(node.input[1] ?? '')) : null;
    const isLiteral = node.attribute.some(({ name, i }) => name === 'allowzero' && i !== 0n);
    if (!target || target[0] !== batch || isLiteral) return node;
    const tensor = intsOf(`${ADDED}shape/${added.length}`, [0, ...target.slice(1)]);
    added.push(tensor);
    return create(NodeProtoSchema, { ...node, input: [node.input[0]!, tensor.name] });
  });
  return { ...net, nodes, tensors: [...net.tensors, ...added] };
}
