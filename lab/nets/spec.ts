/** Small feed-forward nets as data: convolutional or dense layers in sequence. */

/** [D], or [C, H, W] for planes. */
export type Shape = readonly number[];

export type LayerSpec =
  | { readonly kind: 'dense'; readonly name: string; readonly units: number; readonly relu: boolean }
  | {
      readonly kind: 'conv';
      readonly name: string;
      readonly channels: number;
      /** Side of the square kernel; stride 1. Odd if the padding is `same`. */
      readonly kernel: number;
      readonly padding: 'valid' | 'same';
      readonly relu: boolean;
    }
  /** Non-overlapping squares; drops the rest at the right and lower edge. */
  | { readonly kind: 'pool'; readonly of: 'average' | 'max'; readonly size: number }
  /** [C, H, W] to [C * H * W]. */
  | { readonly kind: 'flatten' };

export interface NetSpec {
  readonly input: Shape;
  readonly layers: readonly LayerSpec[];
}

/** LeNet-5's sizes (LeCun et al. 1998) for one 32 x 32 plane, with ReLU and max pooling. */
export const LENET: NetSpec = {
  input: [1, 32, 32],
  layers: [
    { kind: 'conv', name: 'conv1', channels: 6, kernel: 5, padding: 'valid', relu: true },
    { kind: 'pool', of: 'max', size: 2 },
    { kind: 'conv', name: 'conv2', channels: 16, kernel: 5, padding: 'valid', relu: true },
    { kind: 'pool', of: 'max', size: 2 },
    { kind: 'flatten' },
    { kind: 'dense', name: 'fc1', units: 120, relu: true },
    { kind: 'dense', name: 'fc2', units: 84, relu: true },
    { kind: 'dense', name: 'fc3', units: 10, relu: false },
  ],
};

/** A multilayer perceptron: `sizes` from input to logits, ReLU between; layers `fc1`, `fc2`, ... */
export function mlp(sizes: readonly number[]): NetSpec {
  const [input, ...units] = sizes;
  return {
    input: [input!],
    layers: units.map((count, l) => ({
      kind: 'dense',
      name: `fc${l + 1}`,
      units: count,
      relu: l < units.length - 1,
    })),
  };
}
