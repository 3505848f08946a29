/** Makes tensors between nodes outputs of the net. */
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { ADDED, type Net, nodeOf } from './net';

/**
 * The net with these tensors as its only outputs, in their order and as floats: one in float16
 * (`halves`) is copied to float32, which is exact.
 */
export function expose(net: Net, tensors: readonly string[], halves: ReadonlySet<string>): Net {
  const ports = new Set(net.inputs.map(({ name }) => name));
  const copies = tensors.flatMap((name) => {
    if (halves.has(name)) return nodeOf('Cast', [name], exposed(name), { to: DataType.FLOAT });
    return ports.has(name) ? nodeOf('Identity', [name], exposed(name)) : [];
  });
  const copied = new Set(copies.map(({ name }) => name));
  const outputs = tensors.map((name) => (copied.has(exposed(name)) ? exposed(name) : name));
  return { ...net, nodes: [...net.nodes, ...copies], outputs };
}

/**
 * The net as a probe runs it: every tensor an output, so that its type is known, beside its shape and
 * the answer as floats.
 */
export function exposeShapes(net: Net, tensors: readonly string[], answer: string): Net {
  const ports = new Set(net.inputs.map(({ name }) => name));
  const added = [
    ...tensors.map((name) => nodeOf('Shape', [name], shapeOutput(name))),
    nodeOf('Cast', [answer], ANSWER, { to: DataType.FLOAT }),
  ];
  const outputs = [...tensors.filter((name) => !ports.has(name)), ...added.map(({ name }) => name)];
  return { ...net, nodes: [...net.nodes, ...added], outputs };
}

export const ANSWER = `${ADDED}answer`;
export const shapeOutput = (tensor: string): string => `${ADDED}shape/of/${tensor}`;
const exposed = (tensor: string): string => `${ADDED}out/${tensor}`;
