/**
 * Writes a graph as an ONNX file. The small messages use onnx-buf's schemas; weights are inserted
 * afterwards one at a time, so that memory never holds three copies, as nested protobuf messages
 * would. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
import { concat } from '../util/concat';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf';
import type { Attributes, ElementType, GraphNode, Initialiser, PrunedGraph } from './graph';

const OPSET = 17;
/** The file format version of this opset. */
const IR_VERSION = 8;
/** Protobuf's limit for one message, and so for the file with the graph. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;
/** Above this size weights go to a second file even if not requested. */
const MAX_EMBEDDED_BYTES = 1.5e9;
/**
 * A data file that would exceed this is followed by another: browsers refuse much larger buffers.
 */
const MAX_DATA_BYTES = 2 ** 30;
/** The format asks for page-aligned tensors, so that a reader can map the file. */
const ALIGNMENT = 4096;

const TYPE: Readonly<Record<ElementType, DataType>> = { float: DataType.FLOAT, int64: DataType.INT64 };
const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = { float: 4, int64: 8 };

/** An input or output; a string is the name of an axis of unknown size. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

export interface OnnxFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The bytes of a model; `external` are the files that must accompany it, usually none. */
export interface OnnxFiles {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly external: readonly OnnxFile[];
}

export interface FileOptions {
  /** For people who open the file. */
  readonly description: string;
  /** Whether weights go to separate files; 'auto': if they would not fit. */
  readonly externalData: boolean | 'auto';
  /** E.g. 'gpt2.onnx.data'; further files are numbered. */
  readonly dataName: string;
}

/** Writes the file. Throws an Error if the weights must be embedded but are too large. */
export async function serialise(
  graph: PrunedGraph,
  inputs: readonly Port[],
  outputs: readonly Port[],
  options: FileOptions,
): Promise<OnnxFiles> {
  const weightBytes = graph.initialisers.reduce((sum, tensor) => sum + bytesIn(tensor), 0);
  const isExternal =
    options.externalData === 'auto' ? weightBytes > MAX_EMBEDDED_BYTES : options.externalData;
  const isApart = (tensor: Initialiser) => isExternal && tensor.isWeight;

  const external = await dataFiles(graph.initialisers.filter(isApart), options.dataName);
  const embedded = graph.initialisers.filter((tensor) => !isApart(tensor));
  const tensors = embedded.map((tensor) => {
    const head = concat([
      toBinary(TensorProtoSchema, create(TensorProtoSchema, tensorHead(tensor))),
      field(9, bytesIn(tensor)),
    ]);
    return { tensor, head: concat([field(5, head.length + bytesIn(tensor)), head]) };
  });
  const graphHead = toBinary(
    GraphProtoSchema,
    create(GraphProtoSchema, {
      name: 'loci',
      node: graph.nodes.map(nodeProto),
      input: inputs.map(portProto),
      output: outputs.map(portProto),
      initializer: external.heads,
    }),
  );
  const graphBytes = tensors.reduce(
    (sum, { tensor, head }) => sum + head.length + bytesIn(tensor),
    graphHead.length,
  );
  const start = concat([
    toBinary(ModelProtoSchema, modelHead(options.description)),
    field(7, graphBytes),
    graphHead,
  ]);
  const total = start.length + graphBytes - graphHead.length;
  if (total > MAX_MODEL_BYTES) {
    throw new Error(
      `onnx: the model is too large for one file, got ${total} bytes, expected at most ${MAX_MODEL_BYTES}. ` +
        'Export it with its weights in a separate file.',
    );
  }

  const model = allocate(total);
  model.set(start);
  let at = start.length;
  for (const { tensor, head } of tensors) {
    model.set(head, at);
    at += head.length;
    model.set(await read(tensor), at);
    at += bytesIn(tensor);
  }
  return { model, external: external.files };
}

/** Puts tensors into as few files as buffers allow; `heads` record where each one is. */
async function dataFiles(tensors: readonly Initialiser[], dataName: string) {
  const groups: { tensor: Initialiser; begin: number }[][] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const tensor of tensors) {
    let begin = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    if (begin + bytesIn(tensor) > MAX_DATA_BYTES) {
      groups.push([]);
      begin = 0;
    }
    groups.at(-1)!.push({ tensor, begin });
    end = begin + bytesIn(tensor);
  }
  const files: OnnxFile[] = [];
  const heads: TensorProto[] = [];
  for (const [index, group] of groups.entries()) {
    const name = index === 0 ? dataName : `${dataName}.${index}`;
    const last = group.at(-1)!;
    const bytes = allocate(last.begin + bytesIn(last.tensor));
    for (const { tensor, begin } of group) {
      bytes.set(await read(tensor), begin);
      const entries = { location: name, offset: `${begin}`, length: `${bytesIn(tensor)}` };
      heads.push(
        create(TensorProtoSchema, {
          ...tensorHead(tensor),
          dataLocation: DataLocation.EXTERNAL,
          externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
        }),
      );
    }
    files.push({ name, bytes });
  }
  return { files, heads };
}

function bytesIn({ dims, type }: Initialiser): number {
  return dims.reduce((product, size) => product * size, ELEMENT_BYTES[type]);
}

async function read(tensor: Initialiser): Promise<Uint8Array> {
  const bytes = await tensor.bytes();
  if (bytes.length !== bytesIn(tensor)) {
    throw new Error(
      `onnx: weight '${tensor.value.name}' has the wrong size, got ${bytes.length} bytes, ` +
        `expected ${bytesIn(tensor)} for float32 [${tensor.dims}].`,
    );
  }
  return bytes;
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new Error(
      `onnx: not enough memory for the file, got ${bytes} bytes to write. Close other tabs, or take a smaller model.`,
    );
  }
}

function modelHead(docString: string): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    opsetImport: [{ domain: '', version: BigInt(OPSET) }],
    producerName: 'loci',
    docString,
  });
}

function tensorHead({ value, dims, type }: Initialiser) {
  return { name: value.name, dataType: TYPE[type], dims: dims.map(BigInt) };
}

function nodeProto({ operator, inputs, outputs, attributes }: GraphNode) {
  return {
    opType: operator,
    name: `${operator}:${outputs[0]!.name}`,
    input: inputs.map(({ name }) => name),
    output: outputs.map(({ name }) => name),
    attribute: attributeProtos(attributes),
  };
}

function attributeProtos(attributes: Attributes) {
  return Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? { name, type: AttributeType.INT, i: BigInt(value) }
      : { name, type: AttributeType.INTS, ints: value.map(BigInt) },
  );
}

function portProto({ name, type, dims }: Port) {
  const dim = dims.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  const tensor = { elemType: TYPE[type], shape: { dim } };
  return { name, type: { value: { case: 'tensorType' as const, value: tensor } } };
}

/** The start of a length-delimited protobuf field: its number and length. */
function field(number: number, length: number): Uint8Array {
  const bytes = [number * 8 + 2];
  let rest = length;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}
