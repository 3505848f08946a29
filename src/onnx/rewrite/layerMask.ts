/**
 * Layer masking (Balasubramanian & Feizi 2023): a mask of 0 and 1 goes through the net beside every
 * tensor, so what is removed from the image never enters the net as black, grey or any other colour.
 *
 * - Conv that reaches k cells: k rounds of filling outside the mask; m' is the max-pool of m with the
 *   convolution's kernel, strides and padding; y = conv(x) m'. One cell needs no filling: what it
 *   would see of it, m' takes away again.
 * - MaxPool: x and m pooled alike; y = pool(x) m'.
 * - Functions of single cells: m' is the product of the masks that they read, which is the authors'
 *   rule for a block and its skip; y = f(x) m'.
 * - Mean over all places: mean(x) / (mean(m) + 1e-8), and the mask ends.
 *
 * One round of filling, with sums over 3 x 3 neighbours and zeros beyond the border:
 *
 *     x = x + (1 - m) sum(x) / (sum(m) + 1e-5)        m = min(1, m + sum(m))
 *
 * A mask of ones leaves every value as it is, bit for bit. The authors' code is
 * github.com/SriramB-98/layer_masking; the numbers to compare are of reference/images/layer_mask.py.
 */
import { create } from '@bufbuild/protobuf';
import { type NodeProto, NodeProtoSchema, TensorProto_DataType as DataType } from 'onnx-buf';
import type { NetInput } from '../../model/net';
import { maxOf } from '../../util/lists';
import { named } from '../../util/parse';
import { readsValues } from '../read/flow';
import { ADDED, type Attributes, floatsOf, inputOf, intercepted, type Net, nodeOf, storedInts } from './net';

/** 1 where a row's image is kept, 0 where it is removed: [N, 1, H, W]. */
export const LAYER_MASK = `${ADDED}layer-mask`;

/** Functions of single cells. */
const OF_CELLS = new Set(
  (
    'Relu Clip LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Gelu Mish ' +
    'Add Sub Mul Div Sum Max Min Identity Dropout Neg Abs Exp Sqrt BatchNormalization'
  ).split(' '),
);
/** Attributes that say where a kernel looks. */
const WINDOW = new Set(['kernel_shape', 'strides', 'pads', 'dilations', 'auto_pad', 'ceil_mode']);
const NEIGHBOURS: Attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const MEAN_OF_NEIGHBOURS: Attributes = { ...NEIGHBOURS, count_include_pad: 1 };
/** A wide kernel takes as many rounds of filling as it has cells. */
const MOST_NODES = 50_000;
/** Sums over 9 neighbours are means times 9, so their small number is a ninth. */
const CONSTANTS = { one: 1, tiny: 1e-5 / 9, least: 1e-8 } as const;
const constant = (name: keyof typeof CONSTANTS): string => `${LAYER_MASK}/${name}`;

/** `image`: the net's input, float32 [N, C, H, W]. Throws one sentence if an operator has no rule. */
export function layerMask(net: Net, image: string): Net {
  const start = intercepted(net, image, (before) => [nodeOf('Mul', [before, LAYER_MASK], image)]);
  const masking: Masking = { net, masks: new Map([[image, LAYER_MASK]]), nodes: new Map() };
  for (const node of start.nodes) {
    const name = node.output[0]!;
    const masks = node.input.flatMap((one) => masking.masks.get(one) ?? []);
    if (name === image || masks.length === 0 || !readsValues(node)) masking.nodes.set(name, node);
    else addMasked(masking, node, [...new Set(masks)]);
  }
  return {
    ...start,
    nodes: [...masking.nodes.values()],
    inputs: [...start.inputs, inputOf(LAYER_MASK, DataType.FLOAT)],
    tensors: [
      ...start.tensors,
      ...Object.entries(CONSTANTS).map(([name, value]) => floatsOf(`${LAYER_MASK}/${name}`, [value], [])),
    ],
  };
}

/** Why `layerMask` cannot be asked of a net, in one sentence; null: it can. `halves`: tensors in float16. */
export function whyUnmaskable(
  net: Net,
  { name, shape, layout, type }: NetInput,
  halves: ReadonlySet<string>,
): string | null {
  if (layout !== 'NCHW' || type !== 'float32' || halves.size > 0)
    return `layer mask: the net does not fit, got ${halves.size > 0 ? 'float16' : type} and an input of [${shape}], expected float32 and an image [C, H, W]. Compare the other fills.`;
  try {
    layerMask(net, name);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

interface Masking {
  readonly net: Net;
  /** Tensor -> the tensor of its mask. */
  readonly masks: Map<string, string>;
  /** By their first output, each after those that it reads. */
  readonly nodes: Map<string, NodeProto>;
}

function addMasked(masking: Masking, node: NodeProto, masks: readonly string[]): void {
  const { opType, attribute } = node;
  const name = node.output[0]!;
  const mask = masks[0]!;
  if (OF_CELLS.has(opType)) {
    addOutput(masking, node, product(masking, name, masks));
  } else if (opType === 'Conv') {
    const window = convWindow(masking.net, node);
    const filled = fill(masking, node.input[0]!, mask, reachOf(window));
    const conv = create(NodeProtoSchema, { ...node, input: [filled, ...node.input.slice(1)] });
    addOutput(masking, conv, pooled(masking, name, mask, window));
  } else if (opType === 'MaxPool' && node.output.length === 1) {
    addOutput(masking, node, pooled(masking, name, mask, attribute.filter(isWindow)));
  } else if (isGlobalMean(masking.net, node)) {
    addMean(masking, node, mask);
  } else {
    throw new Error(
      `layer mask: there is no rule for ${named(opType)}, got one at '${named(node.name || name)}', expected Conv, MaxPool, ` +
        'a mean over all places, or a function of single cells. Compare the other fills.',
    );
  }
}

/** Adds the node under another name, and its output times the mask under its own. */
function addOutput(masking: Masking, node: NodeProto, mask: string): void {
  const name = node.output[0]!;
  const bare = `${LAYER_MASK}/bare/${name}`;
  masking.nodes.set(bare, create(NodeProtoSchema, { ...node, output: [bare, ...node.output.slice(1)] }));
  masking.nodes.set(name, nodeOf('Mul', [bare, mask], name));
  masking.masks.set(name, mask);
}

function add({ nodes }: Masking, node: NodeProto): string {
  const name = node.output[0]!;
  if (!nodes.has(name)) nodes.set(name, node);
  if (nodes.size > MOST_NODES)
    throw new Error(
      `layer mask: the net becomes too large, got over ${MOST_NODES} nodes, expected less. Compare the other fills.`,
    );
  return name;
}

function product(masking: Masking, name: string, masks: readonly string[]): string {
  return masks.reduce((all, one, i) =>
    add(masking, nodeOf('Mul', [all, one], `${LAYER_MASK}/of/${name}/${i}`)),
  );
}

type Window = NodeProto['attribute'];
const isWindow = ({ name }: Window[number]) => WINDOW.has(name);
const intsIn = (window: Window, name: string) => window.find((one) => one.name === name)?.ints.map(Number);

function pooled(masking: Masking, name: string, mask: string, window: Window): string {
  const pool = nodeOf('MaxPool', [mask], `${LAYER_MASK}/of/${name}`);
  return add(masking, create(NodeProtoSchema, { ...pool, attribute: [...window] }));
}

/** Where the kernel looks; its size is that of the weights if the node does not say it. */
function convWindow({ tensors }: Net, node: NodeProto): Window {
  const window = node.attribute.filter(isWindow);
  if (intsIn(window, 'kernel_shape')) return window;
  const weights = tensors.find(({ name }) => name === node.input[1]);
  const size = weights?.dims.slice(2).map(Number);
  if (size?.length !== 2)
    throw new Error(
      `layer mask: the kernel's size is not known, got none at '${named(node.name)}', expected kernel_shape or stored weights. Compare the other fills.`,
    );
  return [...window, ...nodeOf('MaxPool', [], '', { kernel_shape: size }).attribute];
}

/** Cells from one end of the kernel to the other, along its longer side. */
function reachOf(window: Window): number {
  const dilations = intsIn(window, 'dilations');
  return maxOf(intsIn(window, 'kernel_shape')!.map((size, i) => (size - 1) * (dilations?.[i] ?? 1) + 1));
}

/** x after `rounds` rounds of filling; as it is if the kernel reaches one cell. */
function fill(masking: Masking, x: string, mask: string, reach: number): string {
  let [value, known] = [x, mask];
  for (let round = 1; reach > 1 && round <= reach; round++) {
    const [own, next] = [`${known}/hole`, `${LAYER_MASK}/filled/${x}/${round}`];
    add(masking, nodeOf('AveragePool', [known], `${own}/count`, MEAN_OF_NEIGHBOURS));
    add(masking, nodeOf('Add', [`${own}/count`, constant('tiny')], `${own}/safe`));
    add(masking, nodeOf('Sub', [constant('one'), known], `${own}/outside`));
    const weight = add(masking, nodeOf('Div', [`${own}/outside`, `${own}/safe`], `${own}/weight`));
    add(masking, nodeOf('AveragePool', [value], `${next}/mean`, MEAN_OF_NEIGHBOURS));
    add(masking, nodeOf('Mul', [`${next}/mean`, weight], `${next}/added`));
    value = add(masking, nodeOf('Add', [value, `${next}/added`], next));
    // Masks are 0 and 1, so min(1, m + sum(m)) is a maximum.
    known = add(masking, nodeOf('MaxPool', [known], `${known}/grown`, NEIGHBOURS));
  }
  return value;
}

const PLACES = ['2,3', '-2,-1', '-1,-2', '3,2'];

function isGlobalMean({ tensors }: Net, { opType, input, attribute }: NodeProto): boolean {
  if (opType === 'GlobalAveragePool') return true;
  if (opType !== 'ReduceMean') return false;
  const axes = intsIn(attribute, 'axes') ?? storedInts(tensors.find(({ name }) => name === input[1]));
  return PLACES.includes(String(axes));
}

/** Of the kept places only: both means count the others as 0. */
function addMean(masking: Masking, node: NodeProto, mask: string): void {
  const name = node.output[0]!;
  const [bare, share] = [`${LAYER_MASK}/bare/${name}`, `${LAYER_MASK}/of/${name}`];
  masking.nodes.set(bare, create(NodeProtoSchema, { ...node, output: [bare] }));
  masking.nodes.set(
    share,
    create(NodeProtoSchema, { ...node, input: [mask, ...node.input.slice(1)], output: [share] }),
  );
  add(masking, nodeOf('Add', [share, constant('least')], `${share}/safe`));
  masking.nodes.set(name, nodeOf('Div', [bare, `${share}/safe`], name));
}
