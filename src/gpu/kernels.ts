/** Every kernel by name, and the types that follow from the records. */

import { attend, mix, scores, softmax } from './kernels/attention';
import type { Kernel } from './kernels/define';
import { edit, metric, project } from './kernels/edits';
import { gemm, gemm_any, gemm_bt } from './kernels/matmul';
import {
  add,
  affine,
  copy_rows,
  gelu,
  norm,
  norm_center,
  norm_scale,
  repeat_heads,
  sum_heads,
} from './kernels/rows';

export const KERNELS = {
  copy_rows,
  add,
  repeat_heads,
  sum_heads,
  gelu,
  norm,
  norm_scale,
  norm_center,
  affine,
  gemm,
  gemm_bt,
  gemm_any,
  attend,
  scores,
  softmax,
  mix,
  edit,
  project,
  metric,
};

export type KernelName = keyof typeof KERNELS;

export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

/** The uniform fields of a kernel, each a number; a missing or unknown one is a type error. */
export type KernelParams<K extends KernelName> =
  (typeof KERNELS)[K] extends Kernel<infer Field> ? Readonly<Record<Field, number>> : never;

/** A kernel's record with its field names forgotten, for code that treats all kernels alike. */
export function kernelRecord(name: KernelName): Kernel {
  return KERNELS[name] as unknown as Kernel;
}
