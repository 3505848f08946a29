/**
 * A small builder of ONNX graphs: nodes, constants, weights and named sites, as plain objects. It
 * knows neither transformers nor protobuf (`serialise.ts`). Operators and their attributes are
 * those of opset 17: https://github.com/onnx/onnx/blob/main/docs/Changelog.md.
 *
 * A value gets its final name late: `site` renames it, and a value that already has a name gets an
 * Identity. So wherever possible, a site is the very tensor that the next operator reads.
 */

/** The operators that our graphs use. */
export type Operator =
  | 'Add'
  | 'And'
  | 'Cast'
  | 'Clip'
  | 'Concat'
  | 'Div'
  | 'Equal'
  | 'Erf'
  | 'Expand'
  | 'Gather'
  | 'Gemm'
  | 'Identity'
  | 'Less'
  | 'LessOrEqual'
  | 'MatMul'
  | 'Min'
  | 'Mul'
  | 'Range'
  | 'ReduceMean'
  | 'ReduceSum'
  | 'Relu'
  | 'Reshape'
  | 'Shape'
  | 'Sigmoid'
  | 'Slice'
  | 'Softmax'
  | 'Split'
  | 'Sqrt'
  | 'Squeeze'
  | 'Sub'
  | 'Tanh'
  | 'TopK'
  | 'Transpose'
  | 'Where';

export type ElementType = 'float' | 'int64';

/** A tensor of the graph. */
export interface Value {
  readonly name: string;
}

/** INT for a number, INTS for a list; our operators need no other types. */
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

export interface GraphNode {
  readonly operator: Operator;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** A tensor stored in the file. */
export interface Initialiser {
  readonly value: Value;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** False for small constants, which stay in the graph even if weights have their own file. */
  readonly isWeight: boolean;
  /** Row-major, little-endian. */
  bytes(): Promise<Uint8Array>;
}

/** The part of a graph needed for some of its values. */
export interface PrunedGraph {
  readonly nodes: readonly GraphNode[];
  readonly initialisers: readonly Initialiser[];
}

interface MutableValue {
  name: string;
  isNamed: boolean;
}

export class Graph {
  private readonly nodes: GraphNode[] = [];
  private readonly initialisers = new Map<string, Initialiser>();
  private readonly sites = new Map<string, Value>();
  /** Every value in the form that only this class may change. */
  private readonly values = new Map<Value, MutableValue>();

  private value(name?: string): Value {
    const made = { name: name ?? `t${this.values.size}`, isNamed: name !== undefined };
    this.values.set(made, made);
    return made;
  }

  /** An input that the graph's caller supplies. */
  input(name: string): Value {
    return this.value(name);
  }

  /** Adds a node with one output. */
  op(operator: Operator, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const output = this.value();
    this.nodes.push({ operator, inputs, outputs: [output], attributes });
    return output;
  }

  /** Splits an axis into consecutive pieces of the given sizes. */
  split(input: Value, sizes: readonly number[], axis: number): Value[] {
    const outputs = sizes.map(() => this.value());
    this.nodes.push({
      operator: 'Split',
      inputs: [input, this.ints(sizes)],
      outputs,
      attributes: { axis },
    });
    return outputs;
  }

  /**
   * The `count` largest entries of the last axis, largest first, ties to the lower index: values,
   * and indices as int64.
   */
  largest(input: Value, count: number): readonly [values: Value, indices: Value] {
    const outputs = [this.value(), this.value()] as const;
    const attributes = { axis: -1, largest: 1, sorted: 1 };
    this.nodes.push({ operator: 'TopK', inputs: [input, this.ints([count])], outputs, attributes });
    return outputs;
  }

  /** Reshape; -1 stands for the axis that takes the remainder. */
  reshape(input: Value, shape: readonly number[]): Value {
    return this.op('Reshape', [input, this.ints(shape)]);
  }

  scalar(value: number): Value {
    return this.constant(`float_${value}`, 'float', [], Float32Array.of(value));
  }

  /** An int64 scalar, or a vector of them. */
  ints(values: number | readonly number[]): Value {
    const list = typeof values === 'number' ? [values] : values;
    const dims = typeof values === 'number' ? [] : [list.length];
    const name = `${typeof values === 'number' ? 'int' : 'ints'}_${list.join('_')}`;
    return this.constant(name, 'int64', dims, BigInt64Array.from(list, BigInt));
  }

  private constant(
    name: string,
    type: ElementType,
    dims: readonly number[],
    data: Float32Array | BigInt64Array,
  ): Value {
    return this.initialiser(name, type, dims, false, async () => bytesOf(data));
  }

  /** A float32 tensor that is read when the file is written. Repeated requests store it once. */
  weight(name: string, dims: readonly number[], read: () => Promise<Float32Array>): Value {
    return this.initialiser(name, 'float', dims, true, async () => bytesOf(await read()));
  }

  private initialiser(
    name: string,
    type: ElementType,
    dims: readonly number[],
    isWeight: boolean,
    bytes: () => Promise<Uint8Array>,
  ): Value {
    const known = this.initialisers.get(name);
    if (known) return known.value;
    const value = this.value(name);
    this.initialisers.set(name, { value, type, dims, isWeight, bytes });
    return value;
  }

  /**
   * Gives a value the name of a site, and returns the value that the rest of the graph should read.
   */
  site(name: string, value: Value): Value {
    const mutable = this.values.get(value)!;
    if (mutable.isNamed) return this.site(name, this.op('Identity', [value]));
    mutable.name = name;
    mutable.isNamed = true;
    this.sites.set(name, value);
    return value;
  }

  /** The nodes and initialisers, in order, that the given sites depend on. */
  prune(sites: readonly string[]): PrunedGraph {
    const needed = new Set<Value>();
    for (const name of sites) {
      const value = this.sites.get(name);
      if (!value)
        throw new Error(`internal: onnx graph: no node makes '${name}', got ${this.sites.size} sites.`);
      needed.add(value);
    }
    const nodes: GraphNode[] = [];
    // Nodes follow what they read, so one backward pass finds all that is needed.
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((output) => needed.has(output))) continue;
      nodes.push(node);
      for (const input of node.inputs) needed.add(input);
    }
    return {
      nodes: nodes.toReversed(),
      initialisers: [...this.initialisers.values()].filter(({ value }) => needed.has(value)),
    };
  }
}

/** ONNX stores little-endian numbers, as does every platform with a browser. */
function bytesOf(data: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
