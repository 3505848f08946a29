/** Kernels that look up, move, add and transform rows. R rows, W width, H heads, D model width. */
import { f32, inBothFormats, inputs, kernel, outputs, perElement, u32 } from './define';
import { ACTIVATION } from './matmul';

export const ROWS = {
  /**
   * For table rows i (pairs dRow, sRow) with srcBase <= sRow < srcBase + srcRows: dst[dRow*width + c]
   * = scale * src[(sRow-srcBase)*width + c] for c < width. Other rows are left unchanged. src is f32,
   * or packed halves (`_f16`).
   */
  ...inBothFormats('embed', {
    storage: [...inputs('table', 'src'), ...outputs('dst')],
    params: [...u32('width'), ...f32('scale'), ...u32('srcBase', 'srcRows')],
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /**
   * For table rows i: dst[dRow*dstStride + dstCol + c] = src[sRow*srcStride + srcCol + c] for c <
   * width. The table holds (dRow, sRow) if paired is 1; otherwise sRow, and dRow is dstRow + i. If
   * weight is not 0: dst += weight * src.
   */
  ...kernel('copy_rows', {
    storage: [...inputs('table', 'src'), ...outputs('dst')],
    params: [
      ...u32('width', 'dstStride', 'dstCol', 'srcStride', 'srcCol', 'paired', 'dstRow'),
      ...f32('weight'),
    ],
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /** x [R,W] += delta [R,W]. */
  ...kernel('add', {
    storage: [...inputs('delta'), ...outputs('x')],
    params: u32('width'),
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /** out [R,H,D] = x [R,D], repeated for every head. */
  ...kernel('repeat_heads', {
    storage: [...inputs('x'), ...outputs('out')],
    params: u32('H', 'D'),
    workgroups: (p) => perElement(p.rows * p.H * p.D),
  }),

  /** out [R,D] = biasScale * bias [D] (unread if scaled by 0) + sum over heads of result [R,H,D]. */
  ...kernel('sum_heads', {
    storage: [...inputs('result', 'bias'), ...outputs('out')],
    params: [...u32('H', 'D'), ...f32('biasScale')],
    workgroups: (p) => perElement(p.rows * p.D),
  }),

  /** out [R,W] = act(x [R,W]); codes: ACT. */
  ...kernel('activate', {
    preludes: ACTIVATION,
    storage: [...inputs('x'), ...outputs('out')],
    params: u32('width', 'act'),
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /**
   * out [R,W] = act(pre [R,W]) * linear [R,W]; codes: ACT. With limit > 0: act(min(pre, limit)) *
   * (clamp(linear, -limit, limit) + 1).
   */
  ...kernel('gate', {
    preludes: ACTIVATION,
    storage: [...inputs('pre', 'linear'), ...outputs('out')],
    params: [...u32('width', 'act'), ...f32('limit')],
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /** x [R,W] = scale * x, then cap * tanh(x / cap) if cap > 0, in place. */
  ...kernel('scale', {
    preludes: ['finite', 'soft_cap'],
    storage: outputs('x'),
    params: [...u32('width'), ...f32('scale', 'cap')],
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /** x [R,W] = min(max(x, -most), most), in place; most > 0. NaN and infinity are kept. */
  ...kernel('clip', {
    preludes: ['finite'],
    storage: outputs('x'),
    params: [...u32('width'), ...f32('most')],
    workgroups: (p) => perElement(p.rows * p.width),
  }),
};
