/**
 * Two published image nets as ONNX graphs, built from their PyTorch weights without Python:
 * MobileNetV2 (Sandler et al. 2018, torchvision's weights) and a DCGAN of faces. Norms are folded
 * into the convolutions in float64, as `reference/images/mobilenet.py` and `dcgan.py` do, so the
 * weights are the same bytes. `scripts/fetch-models.mjs` fetches the files.
 */
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { elements } from '../../util/elements';
import { type Attributes, floatsOf, inputOf, nodeOf } from '../rewrite/net';
import type { State } from './state';
import { fileOf, modelOf, type Parts } from './tinyNet';

/** expansion, channels, repeats, stride */
const SETTING = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const EPSILON = 1e-5;

interface Weights {
  readonly weight: Float32Array;
  readonly bias?: Float32Array;
  readonly dims: readonly number[];
}

/** Nodes and weights as they are added; a node, its output and the site have one name. */
function builder() {
  const nodes: Parts['nodes'][number][] = [];
  const tensors: Parts['tensors'][number][] = [];
  const weight = (name: string, dims: readonly number[], data: Float32Array): string => {
    tensors.push(floatsOf(name, data, dims));
    return name;
  };
  const node = (
    operator: string,
    name: string,
    input: readonly string[],
    attributes?: Attributes,
  ): string => {
    nodes.push(nodeOf(operator, input, name, attributes));
    return name;
  };
  /** A node with `<name>.weight`, and perhaps `<name>.bias`. */
  const layer = (name: string, x: string, own: Weights, [operator, attributes]: [string, Attributes]) => {
    const inputs = [x, weight(`${name}.weight`, own.dims, own.weight)];
    if (own.bias) inputs.push(weight(`${name}.bias`, [own.bias.length], own.bias));
    return node(operator, name, inputs, attributes);
  };
  const bytes = (input: string, sizes: readonly number[], output: string): Uint8Array => {
    const inputs = [inputOf(input, DataType.FLOAT, ['N', ...sizes])];
    return fileOf(modelOf({ nodes, tensors, inputs, outputs: [output] }));
  };
  return { weight, node, layer, bytes };
}

/** `axis`: the weight's axis of outputs, 0 for a convolution and 1 for a transposed one. */
function folded(state: State, conv: string, norm: string, axis: 0 | 1): Weights {
  const { data, shape } = state.tensor(`${conv}.weight`);
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (name) => state.tensor(`${norm}.${name}`).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const scale = Float64Array.from(gamma, (value, i) => value / Math.sqrt(variance[i]! + EPSILON));
  const inner = elements(shape.slice(axis + 1));
  const weight = data.map((value, i) => value * scale[Math.floor(i / inner) % shape[axis]!]!);
  const bias = Float32Array.from(scale, (factor, i) => beta[i]! - mean[i]! * factor);
  return { weight, bias, dims: shape };
}

/** `image` [N,3,224,224] -> `logits` [N,1000]. `state`: mobilenet_v2-b0353104.pth. */
export function mobilenetV2(state: State): Uint8Array {
  const net = builder();
  const bounds = [net.weight('zero', [], Float32Array.of(0)), net.weight('six', [], Float32Array.of(6))];
  const next = (name: string) => name.replace(/\d+$/, (digits) => String(Number(digits) + 1));
  const conv = (name: string, x: string, stride = 1, group = 1) => {
    const weights = folded(state, name, next(name), 0);
    const kernel = weights.dims[2]!;
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: Array<number>(4).fill(Math.floor(kernel / 2)),
      group,
      dilations: [1, 1],
    };
    return net.layer(name, x, weights, ['Conv', attributes]);
  };
  const active = (name: string, x: string, stride?: number, group?: number) =>
    net.node('Clip', `${name}.2`, [conv(`${name}.0`, x, stride, group), ...bounds]);

  let x = active('features.0', 'image', 2);
  let width = 32;
  let block = 1;
  for (const [expansion, channels, repeats, first] of SETTING) {
    for (let repeat = 0; repeat < repeats; repeat++, block++) {
      const name = `features.${block}.conv`;
      const skip = x;
      const stride = repeat === 0 ? first : 1;
      const at = expansion === 1 ? 0 : 1;
      if (expansion !== 1) x = active(`${name}.0`, x);
      x = active(`${name}.${at}`, x, stride, width * expansion);
      x = conv(`${name}.${at + 1}`, x);
      if (stride === 1 && width === channels) x = net.node('Add', `features.${block}.add`, [x, skip]);
      width = channels;
    }
  }
  x = net.node('GlobalAveragePool', 'mean', [active('features.18', x)]);
  x = net.node('Flatten', 'mean_flat', [x], { axis: 1 });
  const [weight, bias] = ['weight', 'bias'].map((name) => state.tensor(`classifier.1.${name}`));
  net.layer('logits', x, { weight: weight!.data, dims: weight!.shape, bias: bias!.data }, [
    'Gemm',
    { transB: 1 },
  ]);
  return net.bytes('image', [3, 224, 224], 'logits');
}

/** `z` [N,100,1,1] -> `image` [N,3,64,64], from -1 to 1. `state`: weights.tar, `netG_state_dict`. */
export function dcgan(state: State): Uint8Array {
  const net = builder();
  const up = (stride: number, pad: number): Attributes => ({
    kernel_shape: [4, 4],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    group: 1,
    dilations: [1, 1],
  });
  let x = 'z';
  for (const i of [0, 3, 6, 9]) {
    const layer = folded(state, `main.${i}`, `main.${i + 1}`, 1);
    x = net.layer(`main.${i}`, x, layer, ['ConvTranspose', i === 0 ? up(1, 0) : up(2, 1)]);
    x = net.node('Relu', `main.${i + 2}`, [x]);
  }
  const { data, shape } = state.tensor('main.12.weight');
  x = net.layer('main.12', x, { weight: data, dims: shape }, ['ConvTranspose', up(2, 1)]);
  net.node('Tanh', 'image', [x]);
  return net.bytes('z', [100, 1, 1], 'image');
}
