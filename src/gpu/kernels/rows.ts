/** Kernels that move, add and normalise rows. Shapes: R rows, W width, H heads, D model width. */

import addSource from '../../../shaders/add.wgsl?raw';
import affineSource from '../../../shaders/affine.wgsl?raw';
import copyRowsSource from '../../../shaders/copy_rows.wgsl?raw';
import geluSource from '../../../shaders/gelu.wgsl?raw';
import normSource from '../../../shaders/norm.wgsl?raw';
import normCenterSource from '../../../shaders/norm_center.wgsl?raw';
import normScaleSource from '../../../shaders/norm_scale.wgsl?raw';
import repeatHeadsSource from '../../../shaders/repeat_heads.wgsl?raw';
import sumHeadsSource from '../../../shaders/sum_heads.wgsl?raw';
import { input, kernel, output, perElement, perTeam } from './define';

/**
 * For table rows i (pairs dRow, sRow): dst[dRow*dstStride + dstCol + c] = src[(sRow-srcBase)*srcStride + srcCol + c]
 * for c < width, where srcBase <= sRow < srcBase + srcRows; other rows are left alone.
 */
export const copy_rows = kernel({
  name: 'copy_rows',
  source: copyRowsSource,
  storage: [input('table'), input('src'), output('dst')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['dstStride', 'u32'],
    ['dstCol', 'u32'],
    ['srcStride', 'u32'],
    ['srcCol', 'u32'],
    ['srcBase', 'u32'],
    ['srcRows', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});

/** x [R,W] += delta [R,W]. */
export const add = kernel({
  name: 'add',
  source: addSource,
  storage: [input('delta'), output('x')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});

/** out [R,H,D] = x [R,D] for every head. */
export const repeat_heads = kernel({
  name: 'repeat_heads',
  source: repeatHeadsSource,
  storage: [input('x'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['H', 'u32'],
    ['D', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H * p.D),
  rowQuantum: 1,
});

/** out [R,D] = bias [D] + sum over heads of result [R,H,D]. */
export const sum_heads = kernel({
  name: 'sum_heads',
  source: sumHeadsSource,
  storage: [input('result'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['H', 'u32'],
    ['D', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.D),
  rowQuantum: 1,
});

/** out [R,W] = gelu_new(x [R,W]). */
export const gelu = kernel({
  name: 'gelu',
  source: geluSource,
  storage: [input('x'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});

/**
 * LayerNorm with a residual add in front: if hasDelta is 1, resid += delta is written first;
 * out = (resid - mean) / sqrt(var + eps) * weight + bias. With hasDelta 0 bind `weight` as delta: it is not read.
 */
export const norm = kernel({
  name: 'norm',
  source: normSource,
  storage: [input('delta'), output('resid'), input('weight'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['eps', 'f32'],
    ['hasDelta', 'u32'],
  ],
  workgroups: (p) => perTeam(p.rows),
  rowQuantum: 1,
});

/** scale [R] = sqrt(var(x [R,W]) + eps). */
export const norm_scale = kernel({
  name: 'norm_scale',
  source: normScaleSource,
  storage: [input('x'), output('scale')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['eps', 'f32'],
  ],
  workgroups: (p) => perTeam(p.rows),
  rowQuantum: 1,
});

/** out [R,W] = (x - mean) / scale [R]. */
export const norm_center = kernel({
  name: 'norm_center',
  source: normCenterSource,
  storage: [input('x'), input('scale'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
  ],
  workgroups: (p) => perTeam(p.rows),
  rowQuantum: 1,
});

/** out [R,W] = x * w [W] + b [W]. */
export const affine = kernel({
  name: 'affine',
  source: affineSource,
  storage: [input('x'), input('w'), input('b'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});
