/** Kernels for mixtures of experts. Shapes: R rows, X experts, A active ones per row. */
import { ceilDiv, inBothFormats, inputs, kernel, outputs, perElement, u32 } from './define';

const EXPERT = ['finite', 'expert'];

export const EXPERTS = {
  /** chosen [R,A]: indices of the A largest of weights [R,X], largest first; ties by lower index. */
  ...kernel('choose', {
    preludes: ['finite'],
    storage: [...inputs('weights'), ...outputs('chosen')],
    params: u32('X', 'A'),
    workgroups: (p) => perElement(p.rows),
  }),

  /**
   * out[r,j,n] = sum_k a[r (, j)] [k] * w[wOffset + e*wExpert + k*wRow + n*wCol - wBegin]
   *            + (hasBias ? bias[bOffset + e*bExpert + n*bCol] : 0), e = chosen[r,j];
   * written only if the first weight is among the wSize bound elements from wBegin on. a is [R,K], or
   * [R,A,K] if perChoice is 1.
   */
  ...inBothFormats('gemm_experts', {
    preludes: EXPERT,
    storage: [...inputs('chosen', 'a', 'w', 'bias'), ...outputs('out')],
    params: [
      ...u32('K', 'N', 'X', 'A', 'perChoice'),
      ...u32('wOffset', 'wExpert', 'wRow', 'wCol', 'wBegin', 'wSize'),
      ...u32('hasBias', 'bOffset', 'bExpert', 'bCol'),
    ],
    workgroups: (p) => perElement(p.rows * p.A * ceilDiv(p.N, 4)),
  }),

  /**
   * out[r] = sum_j weights[r, e_j] y[r,j], e_j = chosen[r,j]; the weights are divided by their sum if
   * renormalised is 1.
   */
  ...kernel('mix_experts', {
    preludes: EXPERT,
    storage: [...inputs('weights', 'chosen', 'y'), ...outputs('out')],
    params: u32('D', 'X', 'A', 'renormalised'),
    workgroups: (p) => perElement(p.rows * p.D),
  }),
};
