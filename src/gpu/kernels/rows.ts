/** Kernels that look up, move, add and transform rows. R rows, W width, H heads, D model width. */

import activateSource from '../../../shaders/activate.wgsl?raw';
import addSource from '../../../shaders/add.wgsl?raw';
import clipSource from '../../../shaders/clip.wgsl?raw';
import copyRowsSource from '../../../shaders/copy_rows.wgsl?raw';
import embedSource from '../../../shaders/embed.wgsl?raw';
import gateSource from '../../../shaders/gate.wgsl?raw';
import softCapSource from '../../../shaders/lib/soft_cap.wgsl?raw';
import repeatHeadsSource from '../../../shaders/repeat_heads.wgsl?raw';
import scaleSource from '../../../shaders/scale.wgsl?raw';
import sumHeadsSource from '../../../shaders/sum_heads.wgsl?raw';
import { finite, inBothFormats, input, kernel, output, perElement } from './define';
import { activation } from './matmul';

/**
 * For table rows i (pairs dRow, sRow) with srcBase <= sRow < srcBase + srcRows: dst[dRow*width + c]
 * = scale * src[(sRow-srcBase)*width + c] for c < width. Other rows are left unchanged. src is f32,
 * or packed halves (`_f16`).
 */
export const [embed, embed_f16] = inBothFormats({
  name: 'embed',
  source: embedSource,
  storage: [input('table'), input('src'), output('dst')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['scale', 'f32'],
    ['srcBase', 'u32'],
    ['srcRows', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});

/**
 * For table rows i: dst[dRow*dstStride + dstCol + c] = src[sRow*srcStride + srcCol + c] for c <
 * width. The table holds (dRow, sRow) if paired is 1; otherwise sRow, and dRow is dstRow + i. If
 * weight is not 0: dst += weight * src.
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
    ['paired', 'u32'],
    ['dstRow', 'u32'],
    ['weight', 'f32'],
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

/** out [R,H,D] = x [R,D], repeated for every head. */
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

/**
 * out [R,D] = biasScale * bias [D] + sum over heads of result [R,H,D]; bias unread if scaled by 0.
 */
export const sum_heads = kernel({
  name: 'sum_heads',
  source: sumHeadsSource,
  storage: [input('result'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['H', 'u32'],
    ['D', 'u32'],
    ['biasScale', 'f32'],
  ],
  workgroups: (p) => perElement(p.rows * p.D),
  rowQuantum: 1,
});

/** out [R,W] = act(x [R,W]); codes: ACT. */
export const activate = kernel({
  name: 'activate',
  source: activateSource,
  preludes: activation,
  storage: [input('x'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['act', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});

/**
 * out [R,W] = act(pre [R,W]) * linear [R,W]; codes: ACT. With limit > 0: act(min(pre, limit)) *
 * (clamp(linear, -limit, limit) + 1).
 */
export const gate = kernel({
  name: 'gate',
  source: gateSource,
  preludes: activation,
  storage: [input('pre'), input('linear'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['act', 'u32'],
    ['limit', 'f32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});

/** x [R,W] = scale * x, then cap * tanh(x / cap) if cap > 0, in place. */
export const scale = kernel({
  name: 'scale',
  source: scaleSource,
  preludes: [finite, { file: 'lib/soft_cap', source: softCapSource }],
  storage: [output('x')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['scale', 'f32'],
    ['cap', 'f32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});

/** x [R,W] = min(max(x, -most), most), in place; most > 0. NaN and infinity are kept. */
export const clip = kernel({
  name: 'clip',
  source: clipSource,
  preludes: [finite],
  storage: [output('x')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['most', 'f32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});
