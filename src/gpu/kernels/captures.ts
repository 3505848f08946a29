/**
 * Kernels that convert captured values to the form in which they are read. Shapes: R rows, H heads,
 * T positions.
 */
import { inputs, kernel, outputs, perElement, u32 } from './define';

export const CAPTURES = {
  /**
   * For table rows i (src, dst, apart, columns), all in elements, and heads h of `chosen`:
   * out[dst + h*apart + c] = x[src + chosen[h]*perHead + c] for c < columns <= width.
   */
  ...kernel('heads', {
    storage: [...inputs('table', 'chosen', 'x'), ...outputs('out')],
    params: u32('heads', 'width', 'perHead'),
    workgroups: (p) => perElement(p.rows * p.heads * p.width),
  }),

  /**
   * out[(h*P + a)*P + b] = max of x[origin + (h*T + t)*T + s] over t in group a, s in group b. Group
   * 0 is position 0; each further group is the next `side` positions. P = 1 + ceil((T-1)/side); rows
   * are H*P.
   */
  ...kernel('pool', {
    preludes: ['finite'],
    storage: [...inputs('x'), ...outputs('out')],
    params: u32('T', 'P', 'side', 'origin'),
    workgroups: (p) => perElement(p.rows * p.P),
  }),

  /** out[r,c] = mean over i < count of x[table[r*count + i]*stride + col + c] for c < width. */
  ...kernel('mean_rows', {
    storage: [...inputs('table', 'x'), ...outputs('out')],
    params: u32('count', 'width', 'stride', 'col'),
    workgroups: (p) => perElement(p.rows * p.width),
  }),
};
