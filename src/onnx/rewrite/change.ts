/**
 * Changes of a site's value that inputs of the net switch on and off, so that base and changed runs
 * share one session. With a mask of zeros, a gain of one and a shift of zero the value stays as it
 * is, bit for bit. Inputs have as many axes as the site; an axis of size one stands for all of it.
 */
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { ADDED, inputOf, intercepted, type Net, nodeOf } from './net';

export interface ChangedTensor {
  readonly tensor: string;
  readonly isHalf: boolean;
}

export const maskInput = (tensor: string): string => `${ADDED}mask/${tensor}`;
export const valueInput = (tensor: string): string => `${ADDED}value/${tensor}`;
export const gainInput = (tensor: string): string => `${ADDED}gain/${tensor}`;
export const shiftInput = (tensor: string): string => `${ADDED}shift/${tensor}`;

/** x becomes `value` where `mask` is true. */
export function where(net: Net, { tensor, isHalf }: ChangedTensor): Net {
  const [mask, value] = [maskInput(tensor), valueInput(tensor)];
  const changed = intercepted(net, tensor, (before) =>
    typed(isHalf, [value], ([own]) => [nodeOf('Where', [mask, own!, before], tensor)]),
  );
  const ports = [inputOf(mask, DataType.BOOL), inputOf(value, DataType.FLOAT)];
  return { ...changed, inputs: [...changed.inputs, ...ports] };
}

/** x becomes `gain` * x + `shift`. */
export function mix(net: Net, { tensor, isHalf }: ChangedTensor): Net {
  const inputs = [gainInput(tensor), shiftInput(tensor)];
  const scaled = `${ADDED}scaled/${tensor}`;
  const changed = intercepted(net, tensor, (before) =>
    typed(isHalf, inputs, ([gain, shift]) => [
      nodeOf('Mul', [before, gain!], scaled),
      nodeOf('Add', [scaled, shift!], tensor),
    ]),
  );
  const ports = inputs.map((name) => inputOf(name, DataType.FLOAT));
  return { ...changed, inputs: [...changed.inputs, ...ports] };
}

/** Inputs are floats; for a site in float16 they are rounded first. */
export function typed(
  isHalf: boolean,
  inputs: readonly string[],
  nodes: (names: readonly string[]) => ReturnType<typeof nodeOf>[],
): ReturnType<typeof nodeOf>[] {
  if (!isHalf) return nodes(inputs);
  const halves = inputs.map((name) => `${name}/half`);
  const casts = inputs.map((name, i) => nodeOf('Cast', [name], halves[i]!, { to: DataType.FLOAT16 }));
  return [...casts, ...nodes(halves)];
}
