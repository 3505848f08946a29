/** All kernels by name, and the types that follow from their records. */
import { ATTENTION } from './kernels/attention';
import { BACKWARD } from './kernels/backward';
import { CAPTURES } from './kernels/captures';
import { CUTS } from './kernels/cuts';
import type { Kernel } from './kernels/define';
import { DEQUANTIZE } from './kernels/dequantize';
import { EDITS } from './kernels/edits';
import { EXPERTS } from './kernels/experts';
import { PRODUCTS } from './kernels/matmul';
import { NORMS } from './kernels/norms';
import { ROWS } from './kernels/rows';

export const KERNELS = {
  ...ROWS,
  ...NORMS,
  ...PRODUCTS,
  ...EXPERTS,
  ...ATTENTION,
  ...EDITS,
  ...CUTS,
  ...CAPTURES,
  ...DEQUANTIZE,
  ...BACKWARD,
};

export type KernelName = keyof typeof KERNELS;

export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

/** A kernel's uniform fields, each a number; a missing or unknown one is a type error. */
export type KernelParams<K extends KernelName> =
  (typeof KERNELS)[K] extends Kernel<infer Field> ? Readonly<Record<Field, number>> : never;

/** A kernel's record without its field names' types, for code that treats all kernels alike. */
export function kernelRecord(name: KernelName): Kernel {
  return KERNELS[name] as unknown as Kernel;
}
