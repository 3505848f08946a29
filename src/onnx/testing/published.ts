/**
 * Two published image nets as ONNX graphs, built from their PyTorch weights without Python:
 * MobileNetV2 (Sandler et al. 2018, torchvision's weights) and a DCGAN of faces. Norms are folded
 * into the convolutions in float64, as `reference/images/mobilenet.py` and `dcgan.py` do, so the
 * weights are the same bytes. `scripts/fetch-models.mjs` fetches the files.
 */
import { elements } from '../../load/stored';
import { type Attributes, Net } from './net';
import type { State } from './state';

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

interface Folded {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly dims: readonly number[];
}

/** `axis`: the weight's axis of outputs, 0 for a convolution and 1 for a transposed one. */
function folded(state: State, conv: string, norm: string, axis: 0 | 1): Folded {
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
export function mobilenetV2(state: State): Uint8Array<ArrayBuffer> {
  const net = new Net('mobilenet_v2', { name: 'image', dims: [3, 224, 224] });
  const bounds = [net.weight('zero', [], Float32Array.of(0)), net.weight('six', [], Float32Array.of(6))];
  const next = (name: string) => name.replace(/\d+$/, (digits) => String(Number(digits) + 1));
  const conv = (name: string, x: string, stride = 1, group = 1) => {
    const { weight, bias, dims } = folded(state, name, next(name), 0);
    const kernel = dims[2]!;
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: Array<number>(4).fill(Math.floor(kernel / 2)),
      group,
      dilations: [1, 1],
    };
    return net.layer('Conv', name, x, { weight, dims, bias }, attributes);
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
  net.layer(
    'Gemm',
    'logits',
    x,
    { weight: weight!.data, dims: weight!.shape, bias: bias!.data },
    { transB: 1 },
  );
  return net.bytes({ name: 'logits', dims: [1000] });
}

/** `z` [N,100,1,1] -> `image` [N,3,64,64], from -1 to 1. `state`: weights.tar, `netG_state_dict`. */
export function dcgan(state: State): Uint8Array<ArrayBuffer> {
  const net = new Net('dcgan', { name: 'z', dims: [100, 1, 1] });
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
    x = net.layer('ConvTranspose', `main.${i}`, x, layer, i === 0 ? up(1, 0) : up(2, 1));
    x = net.node('Relu', `main.${i + 2}`, [x]);
  }
  const { data, shape } = state.tensor('main.12.weight');
  x = net.layer('ConvTranspose', 'main.12', x, { weight: data, dims: shape }, up(2, 1));
  net.node('Tanh', 'image', [x]);
  return net.bytes({ name: 'image', dims: [3, 64, 64] });
}
