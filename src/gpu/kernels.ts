/** All kernels by name, and the types that follow from their records. */

import { attend, mix, scores, softmax } from './kernels/attention';
import { heads, pool } from './kernels/captures';
import type { Kernel } from './kernels/define';
import { cut, cut_neurons, cut_neurons_f16, put_heads } from './kernels/cuts';
import { dequantize } from './kernels/dequantize';
import { divergence, edit, metric, project, rewrite, snippet } from './kernels/edits';
import { gemm, gemm_any, gemm_any_f16, gemm_bt, gemm_bt_f16, gemm_f16 } from './kernels/matmul';
import { choose, gemm_experts, gemm_experts_f16, mix_experts } from './kernels/experts';
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
  choose,
  gemm_experts,
  gemm_experts_f16,
  mix_experts,
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

/** A kernel's uniform fields, each a number; a missing or unknown one is a type error. */
export type KernelParams<K extends KernelName> =
  (typeof KERNELS)[K] extends Kernel<infer Field> ? Readonly<Record<Field, number>> : never;

/** A kernel's record without its field names' types, for code that treats all kernels alike. */
export function kernelRecord(name: KernelName): Kernel {
  return KERNELS[name] as unknown as Kernel;
}
