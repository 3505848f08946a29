/**
 * An ONNX graph as immutable data, in the messages of its file, and small makers for what rewriting
 * adds. A rewrite is a function from a net to a net. Weights stay in the file: their tensors only
 * say where.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type OperatorSetIdProto,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';

export interface Net {
  readonly irVersion: bigint;
  readonly opsets: readonly OperatorSetIdProto[];
  /** Each after the nodes that it reads. */
  readonly nodes: readonly NodeProto[];
  /** Stored tensors: small ones whole, others by their place in the file. */
  readonly tensors: readonly TensorProto[];
  /** The image first, then what rewriting adds. */
  readonly inputs: readonly ValueInfoProto[];
  /** Names of tensors. Their types follow from the nodes. */
  readonly outputs: readonly string[];
}

/** The name under which a session finds the file with the weights. */
export const WEIGHTS = 'weights';

/** Begins every name that rewriting adds; a file's own names may not begin so. */
export const ADDED = 'loci/';

export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** A node with one output. Numbers are INT, lists INTS. */
export function nodeOf(
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Attributes = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? { name, type: AttributeType.INT, i: BigInt(value) }
      : { name, type: AttributeType.INTS, ints: value.map(BigInt) },
  );
  return create(NodeProtoSchema, { opType, name: output, input: [...input], output: [output], attribute });
}

/** A list of int64 as a stored tensor. */
export function intsOf(name: string, values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return create(TensorProtoSchema, {
    name,
    dataType: DataType.INT64,
    dims: [BigInt(values.length)],
    rawData,
  });
}

/** The values of a small stored list of int64; null for anything else. */
export function storedInts(tensor: TensorProto | undefined): number[] | null {
  if (!tensor || tensor.dataType !== DataType.INT64 || tensor.externalData.length > 0) return null;
  if (tensor.int64Data.length > 0) return tensor.int64Data.map(Number);
  const { rawData } = tensor;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

/** An input of any shape, or of these sizes; a text names a free size. */
export function inputOf(
  name: string,
  elemType: DataType,
  sizes?: readonly (number | string)[],
): ValueInfoProto {
  const dim = sizes?.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  const tensor = { elemType, ...(dim && { shape: { dim } }) };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensor } } });
}

/** Floats as a stored tensor; no axes are a scalar. */
export function floatsOf(name: string, values: ArrayLike<number>, dims: readonly number[]): TensorProto {
  const rawData = new Uint8Array(Float32Array.from(values).buffer);
  return create(TensorProtoSchema, { name, dataType: DataType.FLOAT, dims: dims.map(BigInt), rawData });
}

/**
 * Puts nodes between a tensor and all that reads it. `between` gets the name of the value as it was,
 * and makes `tensor`; so every reader, and every output, sees the new value under the old name.
 */
export function intercepted(
  net: Net,
  tensor: string,
  between: (before: string) => readonly NodeProto[],
): Net {
  const taken = new Set([
    ...net.nodes.flatMap(({ output }) => output),
    ...net.inputs.map(({ name }) => name),
  ]);
  let before = `${ADDED}before/${tensor}`;
  while (taken.has(before)) before = `${ADDED}before/${before.slice(ADDED.length)}`;
  const at = net.nodes.findIndex(({ output }) => output.includes(tensor));
  const nodes = net.nodes.map((node, i) =>
    i === at
      ? create(NodeProtoSchema, {
          ...node,
          output: node.output.map((name) => (name === tensor ? before : name)),
        })
      : node,
  );
  const inputs = net.inputs.map((port) =>
    port.name === tensor ? create(ValueInfoProtoSchema, { ...port, name: before }) : port,
  );
  return { ...net, inputs, nodes: [...nodes.slice(0, at + 1), ...between(before), ...nodes.slice(at + 1)] };
}

/** The file's bytes, without weights. Nodes, tensors and inputs that no output needs are left out. */
export function bytesOf(net: Net): Uint8Array {
  const needed = new Set(net.outputs);
  const node = net.nodes
    .toReversed()
    .filter((one) => {
      const isNeeded = one.output.some((name) => needed.has(name));
      if (isNeeded) for (const name of one.input) needed.add(name);
      return isNeeded;
    })
    .toReversed();
  const graph = create(GraphProtoSchema, {
    name: 'loci',
    // The engine refuses two nodes of one name, and needs none.
    node: node.map((one) => create(NodeProtoSchema, { ...one, name: '' })),
    initializer: net.tensors.filter(({ name }) => needed.has(name)),
    input: net.inputs.filter(({ name }) => needed.has(name)),
    output: net.outputs.map((name) => ({ name })),
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: net.irVersion, opsetImport: [...net.opsets], graph }),
  );
}
