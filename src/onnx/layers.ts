/**
 * The parts of a transformer as ONNX nodes: linear maps, norms, activations, soft caps, rotation,
 * masks. All tensors are [T, ...] without a batch axis. Formulas are those of `ModelSpec`
 * (src/model/spec.ts).
 */
import type { ActivationName, ModelSpec, NormSpec, RotaryPositions, RotaryTable } from '../model/spec';
import type { Graph, Value } from './graph';

/** Shared by all parts: the graph, the model, and its weights by name. */
export interface Builder {
  readonly graph: Graph;
  readonly spec: ModelSpec;
  /** A checkpoint's weight, e.g. 'blocks.0.attn.W_O'. */
  readonly weight: (name: string) => Value;
  /** [T] int64: 0, 1, ... T-1. */
  readonly positions: Value;
  /** Rows of the rotary tables: the longest T that the graph accepts. */
  readonly maxPositions: number;
}

/** x [T, in] -> x W + b [T, out]; `bias` null for none. */
export function linear({ graph, spec, weight }: Builder, x: Value, name: string, bias: string | null): Value {
  const inputs = [x, weight(name), ...(bias === null ? [] : [weight(bias)])];
  return graph.op('Gemm', inputs, { transB: spec.orientation === 'out-in' ? 1 : 0 });
}

/**
 * Normalises the last axis. `name` is the prefix of the sites (`.hook_scale`, `.hook_normalized`)
 * and of the weights (`.w`, `.b`).
 */
export function norm({ graph, weight }: Builder, x: Value, name: string, spec: NormSpec): Value {
  const mean = (value: Value) => graph.op('ReduceMean', [value], { axes: [-1], keepdims: 1 });
  const centred = spec.kind === 'layer' ? graph.op('Sub', [x, mean(x)]) : x;
  const variance = mean(graph.op('Mul', [centred, centred]));
  const root = graph.op('Sqrt', [graph.op('Add', [variance, graph.scalar(spec.eps)])]);
  const scale = graph.site(`${name}.hook_scale`, root);
  let y = graph.site(`${name}.hook_normalized`, graph.op('Div', [centred, scale]));
  if (spec.hasWeight) {
    const w = weight(`${name}.w`);
    y = graph.op('Mul', [y, spec.shift === 0 ? w : graph.op('Add', [w, graph.scalar(spec.shift)])]);
  }
  return spec.hasBias ? graph.op('Add', [y, weight(`${name}.b`)]) : y;
}

export function activation(graph: Graph, x: Value, name: ActivationName): Value {
  const times = (a: Value, factor: number) => graph.op('Mul', [a, graph.scalar(factor)]);
  /** x/2 * (1 + inner). */
  const halfOnePlus = (inner: Value) =>
    graph.op('Mul', [times(x, 0.5), graph.op('Add', [inner, graph.scalar(1)])]);
  switch (name) {
    case 'relu':
      return graph.op('Relu', [x]);
    case 'tanh':
      return graph.op('Tanh', [x]);
    case 'silu':
      return graph.op('Mul', [x, graph.op('Sigmoid', [x])]);
    case 'quick_gelu':
      return graph.op('Mul', [x, graph.op('Sigmoid', [times(x, 1.702)])]);
    case 'gelu':
      return halfOnePlus(graph.op('Erf', [times(x, Math.SQRT1_2)]));
    case 'gelu_new': {
      const cube = graph.op('Mul', [graph.op('Mul', [x, x]), x]);
      const sum = graph.op('Add', [x, times(cube, 0.044715)]);
      return halfOnePlus(graph.op('Tanh', [times(sum, Math.sqrt(2 / Math.PI))]));
    }
  }
}

/** factor * x; x itself for 1. */
export function scaled(graph: Graph, x: Value, factor: number): Value {
  return factor === 1 ? x : graph.op('Mul', [x, graph.scalar(factor)]);
}

/** cap * tanh(x / cap); x itself for null. */
export function softcap(graph: Graph, x: Value, cap: number | null): Value {
  if (cap === null) return x;
  const factor = graph.scalar(cap);
  return graph.op('Mul', [graph.op('Tanh', [graph.op('Div', [x, factor])]), factor]);
}

/** min(max(x, -most), most); x itself for null. */
export function clip(graph: Graph, x: Value, most: number | null): Value {
  return most === null ? x : graph.op('Clip', [x, graph.scalar(-most), graph.scalar(most)]);
}

/** Cosines and sines by position, each [T, 1, dims/2]. */
export interface Turns {
  readonly cos: Value;
  readonly sin: Value;
}

/**
 * The rows of table `index` for the prompt's positions. The table is made in float64, then rounded;
 * rows for the frequencies of long prompts follow the others.
 */
export function turns(builder: Builder, table: RotaryTable, index: number): Turns {
  const { graph, positions, maxPositions } = builder;
  const { inverseFrequencies, magnitude, beyond } = table;
  const pairs = inverseFrequencies.length;
  const near = Math.min(maxPositions, beyond?.length ?? maxPositions);
  const blocks = [
    { positions: near, frequencies: inverseFrequencies },
    ...(beyond && near < maxPositions
      ? [{ positions: maxPositions, frequencies: beyond.inverseFrequencies }]
      : []),
  ];
  const count = blocks.reduce((sum, block) => sum + block.positions, 0);
  const row = blocks.length === 1 ? positions : graph.op('Add', [positions, firstRow(builder, near)]);
  const rows = (name: string, wave: (angle: number) => number): Value => {
    const all = graph.weight(`rotary.${index}.${name}`, [count, pairs], async () => {
      const data = new Float32Array(count * pairs);
      let at = 0;
      for (const { positions, frequencies } of blocks) {
        for (let t = 0; t < positions; t++)
          for (const frequency of frequencies) data[at++] = wave(t * frequency) * magnitude;
      }
      return data;
    });
    return graph.reshape(graph.op('Gather', [all, row], { axis: 0 }), [-1, 1, pairs]);
  };
  return { cos: rows('cos', Math.cos), sin: rows('sin', Math.sin) };
}

/** `near` if the prompt is longer than that, else 0. */
function firstRow({ graph, positions }: Builder, near: number): Value {
  const length = graph.op('Shape', [positions]);
  return graph.op('Where', [graph.op('Less', [graph.ints(near), length]), graph.ints(near), graph.ints(0)]);
}

/** x [T, heads, K]: rotates the first `dims` columns in pairs and keeps the others. */
export function rotate(builder: Builder, x: Value, { dims, pairs }: RotaryPositions, turns: Turns): Value {
  if (pairs === 'halves') return rotateHalves(builder, x, dims, turns);
  // Moves neighbours (2i, 2i + 1) to the places of halves, and back.
  const columns = Array.from({ length: builder.spec.dHead }, (_, c) => c);
  const asHalves = (c: number) => (c < dims ? (c % (dims / 2)) * 2 + Math.floor(c / (dims / 2)) : c);
  const asNeighbours = (c: number) => (c < dims ? (c % 2) * (dims / 2) + Math.floor(c / 2) : c);
  const ordered = (value: Value, order: (c: number) => number): Value =>
    builder.graph.op('Gather', [value, builder.graph.ints(columns.map(order))], { axis: -1 });
  return ordered(rotateHalves(builder, ordered(x, asHalves), dims, turns), asNeighbours);
}

/** Pairs (i, i + dims/2). */
function rotateHalves({ graph, spec }: Builder, x: Value, dims: number, { cos, sin }: Turns): Value {
  const half = dims / 2;
  const rest = spec.dHead - dims;
  const [a, b, ...still] = graph.split(x, rest > 0 ? [half, half, rest] : [half, half], -1);
  const product = (left: Value, right: Value) => graph.op('Mul', [left, right]);
  const first = graph.op('Sub', [product(a!, cos), product(b!, sin)]);
  const second = graph.op('Add', [product(b!, cos), product(a!, sin)]);
  return graph.op('Concat', [first, second, ...still], { axis: -1 });
}

/** [T, S] bool: which keys a query sees; null if attention is unmasked. */
export function visibility(
  { graph, positions }: Builder,
  causal: boolean,
  window: number | null,
): Value | null {
  const query = graph.reshape(positions, [-1, 1]);
  const key = graph.reshape(positions, [1, -1]);
  const isPast = causal ? graph.op('LessOrEqual', [key, query]) : null;
  if (window === null) return isPast;
  const isNear = graph.op('Less', [graph.op('Sub', [query, key]), graph.ints(window)]);
  return isPast ? graph.op('And', [isPast, isNear]) : isNear;
}
