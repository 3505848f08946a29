/**
 * Sets the edges of a linear layer without touching its weights. The edges from some causes (channels
 * that the layer reads) to some effects (channels that it writes) become the number u:
 *
 *     z'_e = z_e + layer_e(a_i, u - W_ei) = layer_e(a without i, W) + u * layer_e(a_i, 1)
 *
 * Which causes, which effects and which u are inputs of the net, so each row of a batch has its own:
 * all candidates of a layer are one batch. Ahmad et al. 2024; METHODS: rank-one edit.
 */
import { create } from '@bufbuild/protobuf';
import { type NodeProto, NodeProtoSchema, TensorProto_DataType as DataType } from 'onnx-buf';
import { type ChangedTensor, typed } from './change';
import { ADDED, floatsOf, inputOf, intercepted, intsOf, type Net, nodeOf } from './net';

/** 0 at the causes of a row, 1 elsewhere; in the axes of what the layer reads. */
export const keepInput = (tensor: string): string => `${ADDED}keep/${tensor}`;
/** True at the effects; in the axes of what the layer writes. */
export const effectsInput = (tensor: string): string => `${ADDED}effects/${tensor}`;
/** u per row, in the axes of what the layer writes. */
export const edgeInput = (tensor: string): string => `${ADDED}edge/${tensor}`;

/** `tensor`: what the layer writes. `isSoft`: u may differ from 0, which takes another pass through the layer. */
export function rankOne(net: Net, { tensor, isHalf }: ChangedTensor, isSoft: boolean): Net {
  const layer = net.nodes.find(({ output }) => output[0] === tensor)!;
  const weight = net.tensors.find(({ name }) => name === layer.input[1])!;
  const [cut, kept, rest, ones] = ['cut', 'kept', 'rest', 'ones'].map(
    (name) => `${ADDED}rank-one/${name}/${tensor}`,
  );
  const [keepPort, effects, edgePort] = [keepInput(tensor), effectsInput(tensor), edgeInput(tensor)];
  const changed = intercepted(net, tensor, (before) => {
    if (!isSoft)
      return typed(isHalf, [keepPort], ([keep]) => [
        nodeOf('Mul', [layer.input[0]!, keep!], kept!),
        through(layer, kept!, cut!),
        nodeOf('Where', [effects, cut!, before], tensor),
      ]);
    return typed(isHalf, [keepPort, edgePort], ([keep, edge]) => [
      nodeOf('Mul', [layer.input[0]!, keep!], kept!),
      through(layer, kept!, cut!),
      nodeOf('Sub', [layer.input[0]!, kept!], rest!),
      ...typed(isHalf, [`${ones!}/one`], ([one]) => [nodeOf('Expand', [one!, `${ones!}/dims`], ones!)]),
      create(NodeProtoSchema, { ...through(layer, rest!, `${rest!}/sum`), input: [rest!, ones!] }),
      nodeOf('Mul', [`${rest!}/sum`, edge!], `${rest!}/times`),
      nodeOf('Add', [cut!, `${rest!}/times`], `${cut!}/set`),
      nodeOf('Where', [effects, `${cut!}/set`, before], tensor),
    ]);
  });
  const ports = [
    inputOf(keepPort, DataType.FLOAT),
    inputOf(effects, DataType.BOOL),
    ...(isSoft ? [inputOf(edgePort, DataType.FLOAT)] : []),
  ];
  const one = floatsOf(`${ones!}/one`, [1], []);
  const dims = intsOf(`${ones!}/dims`, weight.dims.map(Number));
  return { ...changed, inputs: [...changed.inputs, ...ports], tensors: [...changed.tensors, one, dims] };
}

/** The layer's own node on another value. */
function through(layer: NodeProto, input: string, output: string): NodeProto {
  const name = output;
  return create(NodeProtoSchema, {
    ...layer,
    name,
    input: [input, ...layer.input.slice(1)],
    output: [output],
  });
}
