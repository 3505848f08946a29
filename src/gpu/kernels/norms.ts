/**
 * Norms of rows and heads, and the rotation of queries and keys. Shapes: R rows, W width. center 1
 * is LayerNorm, 0 RMS norm. With hasWeight 0 or hasBias 0, weight or bias is not read: bind any
 * buffer that is not written.
 */
import { f32, inputs, kernel, outputs, perElement, perTeam, u32 } from './define';

const MOMENTS = ['finite', 'team', 'moments'];

export const NORMS = {
  /**
   * A norm after a residual add: if hasDelta is 1, first writes x += delta.
   * out = normalized * (weight + shift) + bias, normalized = (x - mean) / sqrt(var + eps), or with
   * center 0 x / sqrt(mean(x^2) + eps). With hasDelta 0 delta is not read.
   */
  ...kernel('norm', {
    preludes: MOMENTS,
    storage: [...inputs('delta'), ...outputs('x'), ...inputs('weight', 'bias'), ...outputs('out')],
    params: [
      ...u32('width'),
      ...f32('eps'),
      ...u32('hasDelta', 'center', 'hasWeight', 'hasBias'),
      ...f32('shift'),
    ],
    workgroups: (p) => perTeam(p.rows),
  }),

  /** scale [R] = sqrt(var(x [R,W]) + eps), or with center 0 sqrt(mean(x^2) + eps). */
  ...kernel('norm_scale', {
    preludes: MOMENTS,
    storage: [...inputs('x'), ...outputs('scale')],
    params: [...u32('width'), ...f32('eps'), ...u32('center')],
    workgroups: (p) => perTeam(p.rows),
  }),

  /** out [R,W] = (x - mean) / scale [R], or with center 0 x / scale. */
  ...kernel('norm_center', {
    preludes: MOMENTS,
    storage: [...inputs('x', 'scale'), ...outputs('out')],
    params: u32('width', 'center'),
    workgroups: (p) => perTeam(p.rows),
  }),

  /** out [R,W] = x * (w [W] + shift) + b [W]. */
  ...kernel('affine', {
    storage: [...inputs('x', 'w', 'b'), ...outputs('out')],
    params: [...u32('width', 'hasWeight', 'hasBias'), ...f32('shift')],
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /**
   * In place, for each row r and head h: g = g / sqrt(mean(g^2) + eps) * (weight [width] + shift),
   * where g is x[r*stride + col + h*width ..+width].
   */
  ...kernel('head_norm', {
    preludes: ['finite'],
    storage: [...inputs('weight'), ...outputs('x')],
    params: [...u32('heads', 'width', 'stride', 'col'), ...f32('eps', 'shift')],
    workgroups: (p) => perTeam(p.rows * p.heads),
  }),

  /**
   * In place, for each row r and head h (columns x[r*stride + col + h*K ..+K]): rotates the pairs
   * (n*step, n*step + apart) of the first `dims` columns by angles[positions[r] mod T - begin].
   * positions u32 [R]; angles [*, dims/2, 2] = cos, sin.
   */
  ...kernel('rotary', {
    storage: [...inputs('positions', 'angles'), ...outputs('x')],
    params: u32('heads', 'K', 'dims', 'step', 'apart', 'stride', 'col', 'T', 'begin'),
    workgroups: (p) => perElement((p.rows * p.heads * p.dims) / 2),
  }),
};
