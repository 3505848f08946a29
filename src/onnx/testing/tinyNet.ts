/** Small ONNX graphs with weights without a pattern, for tests. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  type TensorProto,
} from 'onnx-buf';
import { elements } from '../../util/elements';
import { floatsOf, inputOf, intsOf, nodeOf } from '../rewrite/net';

export const CLASSES = 5;
export const IMAGE = [3, 8, 8] as const;

export function weights(name: string, dims: readonly number[], scale = 0.3): TensorProto {
  const length = elements(dims);
  const value = (i: number) => scale * Math.sin(i * i + 3 * i + name.length);
  return floatsOf(
    name,
    Float32Array.from({ length }, (_, i) => value(i)),
    dims,
  );
}

export interface Parts {
  readonly nodes: readonly ReturnType<typeof nodeOf>[];
  readonly tensors: readonly TensorProto[];
  readonly inputs: readonly ReturnType<typeof inputOf>[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

export function modelOf({ nodes, tensors, inputs, outputs = ['logits'], opset = 17 }: Parts): ModelProto {
  const graph = create(GraphProtoSchema, {
    name: 'tiny',
    node: [...nodes],
    initializer: [...tensors],
    input: [...inputs],
    output: outputs.map((name) => ({ name })),
  });
  return create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph,
  });
}

export const fileOf = (model: ModelProto): Uint8Array => toBinary(ModelProtoSchema, model);

const conv = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };

/**
 * conv1, relu1, a residual block (conv2 depthwise, relu2, conv3, add), pool, a flattening that reads
 * its own shape, and logits. `batch`: what the file says of N.
 */
export function residualParts(batch: number | string = 'N'): Parts {
  return {
    nodes: [
      nodeOf('Conv', ['image', 'w1', 'b1'], 'conv1', conv),
      nodeOf('Relu', ['conv1'], 'relu1'),
      nodeOf('Conv', ['relu1', 'w2'], 'conv2', { ...conv, group: 6 }),
      nodeOf('Relu', ['conv2'], 'relu2'),
      nodeOf('Conv', ['relu2', 'w3', 'b3'], 'conv3', conv),
      nodeOf('Add', ['relu1', 'conv3'], 'add'),
      nodeOf('MaxPool', ['add'], 'pool', { kernel_shape: [2, 2], strides: [2, 2] }),
      ...(typeof batch === 'number'
        ? [nodeOf('Reshape', ['pool', 'flat'], 'flatten')]
        : [
            nodeOf('Shape', ['relu1'], 'shape'),
            nodeOf('Gather', ['shape', 'zero'], 'count'),
            nodeOf('Concat', ['count', 'minus'], 'target', { axis: 0 }),
            nodeOf('Reshape', ['pool', 'target'], 'flatten'),
          ]),
      nodeOf('Gemm', ['flatten', 'w4', 'b4'], 'logits', { transB: 1 }),
    ],
    tensors: [
      weights('w1', [6, 3, 3, 3]),
      weights('b1', [6]),
      weights('w2', [6, 1, 3, 3]),
      weights('w3', [6, 6, 3, 3]),
      weights('b3', [6]),
      weights('w4', [CLASSES, 96]),
      weights('b4', [CLASSES]),
      ...(typeof batch === 'number'
        ? [intsOf('flat', [batch, 96])]
        : [intsOf('zero', [0]), intsOf('minus', [-1])]),
    ],
    inputs: [inputOf('image', DataType.FLOAT, [batch, ...IMAGE])],
  };
}

/** Images in a row, without a pattern. */
export const images = (count: number, size = 192): Float32Array =>
  Float32Array.from({ length: count * size }, (_, i) => Math.sin(i * 1.3 + (i % 7) * i));
