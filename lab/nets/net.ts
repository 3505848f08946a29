/** A net: layers with shapes and weights, widened to float64. */
import { assert } from '../../src/util/assert';
import type { LayerSpec, NetSpec, Shape } from './spec';

interface Shapes {
  readonly from: Shape;
  readonly to: Shape;
}

/**
 * A layer's edges. Parents are the nodes read: neurons, or channels, whose `span` consecutive
 * weights in a row of `weight` are one edge (a k x k kernel slice, or a flattened channel).
 */
interface Edges {
  /** [nodes, parents * span]; for a convolution [channels, parents, k, k], as in PyTorch. */
  readonly weight: Float64Array;
  /** [nodes]. */
  readonly bias: Float64Array;
  readonly parents: number;
  readonly span: number;
  /** Neurons or channels written. */
  readonly nodes: number;
}

type Kind<K extends LayerSpec['kind']> = Extract<LayerSpec, { kind: K }>;
export type DenseLayer = Kind<'dense'> & Shapes & Edges;
export type ConvLayer = Kind<'conv'> & Shapes & Edges;
export type PoolLayer = Kind<'pool'> & Shapes;
export type EdgeLayer = DenseLayer | ConvLayer;
export type Layer = EdgeLayer | PoolLayer | (Kind<'flatten'> & Shapes);

export interface Net {
  readonly input: Shape;
  /** The last layer gives the logits. */
  readonly layers: readonly Layer[];
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function hasEdges(layer: Layer): layer is EdgeLayer {
  return layer.kind === 'dense' || layer.kind === 'conv';
}

/**
 * Builds the net of `spec` from tensors `<name>.weight` and `<name>.bias`, row-major as in PyTorch.
 * Throws one sentence if layers do not fit, or a tensor is missing or has the wrong size.
 */
export function loadNet(spec: NetSpec, tensors: Readonly<Record<string, ArrayLike<number>>>): Net {
  const layers: Layer[] = [];
  let from = spec.input;
  // Flattened channels stay nodes; a dense layer's neurons are nodes.
  let nodes = from[0]!;
  for (const layer of spec.layers) {
    const built = loadLayer(layer, from, nodes, tensors);
    layers.push(built);
    from = built.to;
    if (hasEdges(built)) nodes = built.nodes;
  }
  const last = layers.at(-1);
  assert(
    last?.kind === 'dense',
    `net: no logits, got ${last?.kind ?? 'no layer'} last, expected a dense layer.`,
  );
  return { input: spec.input, layers };
}

function loadLayer(
  spec: LayerSpec,
  from: Shape,
  nodes: number,
  tensors: Readonly<Record<string, ArrayLike<number>>>,
): Layer {
  const axes = spec.kind === 'dense' ? 1 : 3;
  assert(from.length === axes, `net: ${spec.kind} layer reads [${from}], expected ${axes} extents.`);
  const to = outShape(spec, from);
  assert(
    to.every((extent) => extent >= 1),
    `net: ${spec.kind} layer is too large for its input, got [${from}] to [${to}], expected at least 1.`,
  );
  if (spec.kind === 'pool' || spec.kind === 'flatten') return { ...spec, from, to };
  const span = spec.kind === 'conv' ? spec.kernel ** 2 : from[0]! / nodes;
  const shapes = { from, to, nodes: to[0]!, parents: nodes, span };
  const weight = tensorOf(tensors, `${spec.name}.weight`, shapes.nodes * nodes * span);
  return { ...spec, ...shapes, weight, bias: tensorOf(tensors, `${spec.name}.bias`, shapes.nodes) };
}

function outShape(spec: LayerSpec, from: Shape): Shape {
  if (spec.kind === 'dense') return [spec.units];
  if (spec.kind === 'flatten') return [sizeOf(from)];
  const [channels, height, width] = from as readonly [number, number, number];
  if (spec.kind === 'pool') return [channels, Math.floor(height / spec.size), Math.floor(width / spec.size)];
  if (spec.padding === 'valid') return [spec.channels, height - spec.kernel + 1, width - spec.kernel + 1];
  assert(
    spec.kernel % 2 === 1,
    `net: ${spec.name} has padding 'same' and an even kernel, got ${spec.kernel}, expected an odd one.`,
  );
  return [spec.channels, height, width];
}

function tensorOf(
  tensors: Readonly<Record<string, ArrayLike<number>>>,
  name: string,
  size: number,
): Float64Array {
  const values = tensors[name];
  assert(values, `net: tensor '${name}' is missing, got ${Object.keys(tensors).join(', ') || 'none'}.`);
  assert(
    values.length === size,
    `net: tensor '${name}' does not fit the layer, got ${values.length} numbers, expected ${size}.`,
  );
  return Float64Array.from(values);
}
