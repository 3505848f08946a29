/** Writes small ONNX graphs (opset 17) in which a node, its output and the site have one name. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
} from 'onnx-buf';

export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** Without the first axis, which is the batch's. */
interface Port {
  readonly name: string;
  readonly dims: readonly number[];
}

interface Weights {
  readonly weight: Float32Array;
  readonly dims: readonly number[];
  readonly bias?: Float32Array;
}

export class Net {
  private readonly nodes: {
    name: string;
    opType: string;
    input: string[];
    output: string[];
    attribute: ReturnType<typeof attributeOf>[];
  }[] = [];
  private readonly tensors: {
    name: string;
    dataType: DataType;
    dims: bigint[];
    rawData: Uint8Array<ArrayBuffer>;
  }[] = [];

  constructor(
    private readonly name: string,
    private readonly input: Port,
  ) {}

  weight(name: string, dims: readonly number[], data: Float32Array): string {
    const rawData = new Uint8Array(data.slice().buffer);
    this.tensors.push({ name, dataType: DataType.FLOAT, dims: dims.map(BigInt), rawData });
    return name;
  }

  node(opType: string, name: string, input: readonly string[], attributes: Attributes = {}): string {
    const attribute = Object.entries(attributes).map(attributeOf);
    this.nodes.push({ name, opType, input: [...input], output: [name], attribute });
    return name;
  }

  /** A node with a weight and perhaps a bias, `<name>.weight` and `<name>.bias`. */
  layer(opType: string, name: string, x: string, weights: Weights, attributes: Attributes): string {
    const inputs = [x, this.weight(`${name}.weight`, weights.dims, weights.weight)];
    if (weights.bias) inputs.push(this.weight(`${name}.bias`, [weights.bias.length], weights.bias));
    return this.node(opType, name, inputs, attributes);
  }

  /** The file. */
  bytes(output: Port): Uint8Array<ArrayBuffer> {
    const model = create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 17n }],
      producerName: 'loci',
      graph: {
        name: this.name,
        node: this.nodes,
        initializer: this.tensors,
        input: [portOf(this.input)],
        output: [portOf(output)],
      },
    });
    return toBinary(ModelProtoSchema, model);
  }
}

function attributeOf([name, value]: [string, number | readonly number[]]) {
  return typeof value === 'number'
    ? { name, type: AttributeType.INT, i: BigInt(value) }
    : { name, type: AttributeType.INTS, ints: value.map(BigInt) };
}

function portOf({ name, dims }: Port) {
  const dim = [
    { value: { case: 'dimParam' as const, value: 'N' } },
    ...dims.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } })),
  ];
  const value = { elemType: DataType.FLOAT, shape: { dim } };
  return { name, type: { value: { case: 'tensorType' as const, value } } };
}
