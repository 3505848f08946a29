/** Every kernel by name, and the types that follow from the records. */

import { attend, mix, scores, softmax } from './kernels/attention';
import { heads, pool } from './kernels/captures';
import type { Kernel } from './kernels/define';
import { cut, cut_neurons, cut_neurons_f16, put_heads } from './kernels/cuts';
import { dequantize } from './kernels/dequantize';
import { divergence, edit, metric, project, rewrite, snippet } from './kernels/edits';
import { gemm, gemm_any, gemm_any_f16, gemm_bt, gemm_bt_f16, gemm_f16 } from './kernels/matmul';
import { affine, head_norm, norm, norm_center, norm_scale, rotary } from './kernels/norms';
import {
  activate,
  add,
  clip,
  copy_rows,
  embed,
  embed_f16,
  gate,
  repeat_heads,
  scale,
  sum_heads,
} from './kernels/rows';

export const KERNELS = {
  embed,
  embed_f16,
  copy_rows,
  add,
  repeat_heads,
  sum_heads,
  activate,
  gate,
  scale,
  clip,
  norm,
  norm_scale,
  norm_center,
  affine,
  head_norm,
  rotary,
  gemm,
  gemm_f16,
  gemm_bt,
  gemm_bt_f16,
  gemm_any,
  gemm_any_f16,
  attend,
  scores,
  softmax,
  mix,
  edit,
  project,
  rewrite,
  snippet,
  cut,
  cut_neurons,
  cut_neurons_f16,
  put_heads,
  metric,
  heads,
  pool,
  divergence,
  dequantize,
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
