/** Layer computations in plain float64 loops in fixed order: equal rows give equal bits. */
import { type ConvLayer, type DenseLayer, type Layer, type PoolLayer, sizeOf } from './net';

/** Output before any ReLU. `input` [rows, from] -> [rows, to]. */
export function linear(layer: Layer, input: Float64Array, rows: number): Float64Array {
  switch (layer.kind) {
    case 'dense':
      return dense(layer, input, rows);
    case 'conv':
      return convolution(layer, input, rows);
    case 'pool':
      return pool(layer, input, rows);
    case 'flatten':
      return input;
  }
}

/** The layer's output: `pre` itself, or a rectified copy. */
export function activation(layer: Layer, pre: Float64Array): Float64Array {
  if (!('relu' in layer) || !layer.relu) return pre;
  return pre.map((value) => Math.max(value, 0));
}

function dense(layer: DenseLayer, input: Float64Array, rows: number): Float64Array {
  const { weight, bias, nodes } = layer;
  const width = layer.from[0]!;
  const out = new Float64Array(rows * nodes);
  for (let r = 0; r < rows; r++) {
    for (let e = 0; e < nodes; e++) {
      let sum = bias[e]!;
      for (let d = 0; d < width; d++) sum += weight[e * width + d]! * input[r * width + d]!;
      out[r * nodes + e] = sum;
    }
  }
  return out;
}

function convolution(layer: ConvLayer, input: Float64Array, rows: number): Float64Array {
  const { weight, bias, nodes, parents, span } = layer;
  const [inPlane, outPlane] = planes(layer);
  const out = new Float64Array(rows * nodes * outPlane);
  for (let r = 0; r < rows; r++) {
    for (let e = 0; e < nodes; e++) {
      const at = (r * nodes + e) * outPlane;
      out.fill(bias[e]!, at, at + outPlane);
      for (let i = 0; i < parents; i++) {
        const kernel = weight.subarray((e * parents + i) * span, (e * parents + i + 1) * span);
        addConvolved(layer, out, at, input, (r * parents + i) * inPlane, kernel);
      }
    }
  }
  return out;
}

/** Elements per plane of the layer's input and output. */
export function planes(layer: ConvLayer): [number, number] {
  return [layer.from[1]! * layer.from[2]!, layer.to[1]! * layer.to[2]!];
}

/**
 * Convolves the plane at `inAt` of `input` with a `kernel` [k, k] (cross-correlation, as PyTorch's
 * conv2d) and adds it to the plane at `outAt` of `out`.
 */
export function addConvolved(
  layer: ConvLayer,
  out: Float64Array,
  outAt: number,
  input: Float64Array,
  inAt: number,
  kernel: ArrayLike<number>,
): void {
  const k = layer.kernel;
  const pad = layer.padding === 'same' ? (k - 1) / 2 : 0;
  const [height, width] = [layer.from[1]!, layer.from[2]!];
  const [outHeight, outWidth] = [layer.to[1]!, layer.to[2]!];
  for (let y = 0; y < outHeight; y++) {
    const [top, bottom] = [Math.max(0, pad - y), Math.min(k, height + pad - y)];
    for (let x = 0; x < outWidth; x++) {
      const left = Math.max(0, pad - x);
      const right = Math.min(k, width + pad - x);
      let sum = 0;
      for (let ky = top; ky < bottom; ky++) {
        const source = inAt + (y + ky - pad) * width + x - pad;
        for (let kx = left; kx < right; kx++) sum += kernel[ky * k + kx]! * input[source + kx]!;
      }
      out[outAt + y * outWidth + x]! += sum;
    }
  }
}

function pool(layer: PoolLayer, input: Float64Array, rows: number): Float64Array {
  const [channels, height, width] = layer.from as readonly [number, number, number];
  const [, outHeight, outWidth] = layer.to as readonly [number, number, number];
  const { size } = layer;
  const out = new Float64Array(rows * sizeOf(layer.to));
  let at = 0;
  for (let plane = 0; plane < rows * channels; plane++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        let sum = 0;
        let largest = -Infinity;
        for (let dy = 0; dy < size; dy++) {
          for (let dx = 0; dx < size; dx++) {
            const value = input[plane * height * width + (y * size + dy) * width + x * size + dx]!;
            sum += value;
            if (value > largest) largest = value;
          }
        }
        out[at++] = layer.of === 'max' ? largest : sum / size ** 2;
      }
    }
  }
  return out;
}
