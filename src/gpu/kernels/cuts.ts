/** Kernels that cut edges in many graphs at once: dense products with one-bit masks. */
import { ceilDiv, f32, inBothFormats, inputs, kernel, outputs, perElement, u32 } from './define';

/** u32 words of an entry of `rows`, and of a record of `masks` before its bits. */
export const READER_WORDS = 5;
export const RECORD_WORDS = 2;

const TARGET = u32('D', 'heads', 'xRow', 'xHead');

export const CUTS = {
  /**
   * For entries i of `rows` and h < heads: x[row*xRow + h*xHead + d] = start - share * (sum of the
   * cut senders' deltas) + constant, d < D. start is x itself or, if fresh, stream[streamRow*D + d].
   * rows u32 [n,5]: 0 row, 1 streamRow, 2 class, 3 own and 4 base row of deltas [*,senders,D].
   * sets u32 [classes,heads]: indices of records in masks u32 [*,2+words]; record 0 cuts nothing.
   * Words of a record: 0 share, 1 constant (added if `constants` is 1), both f32 bits, then one bit
   * per sender.
   * deltas hold the senders [first, first+senders). Own rows below counts u32 [senders] exist; for
   * others the base's row is read.
   */
  ...kernel('cut', {
    storage: [...inputs('rows', 'sets', 'masks', 'counts', 'deltas', 'stream'), ...outputs('x')],
    params: [...TARGET, ...u32('first', 'senders', 'words', 'fresh', 'constants')],
    workgroups: (p) => perElement(p.rows * ceilDiv(p.heads, 4) * ceilDiv(p.D, 4)),
  }),

  /**
   * As `cut`, for the neurons of one MLP: x[row*xRow + h*xHead + first + d] += constant - share *
   * (sum over cut neurons n of deltas[n] * w[n*wNeuron + d*wCol]), d < D. deltas [*,M]; w holds the
   * columns [first, first+D) of W_out; own rows below `count` exist.
   */
  ...inBothFormats('cut_neurons', {
    storage: [...inputs('rows', 'sets', 'masks', 'deltas', 'w'), ...outputs('x')],
    params: [...TARGET, ...u32('M', 'words', 'count', 'first', 'wNeuron', 'wCol'), ...f32('scale')],
    workgroups: (p) => perElement(p.rows * p.heads * p.D),
  }),

  /**
   * For entries i of `rows` and heads h whose set is not 0: y[streamRow*yRow + yCol + h*K + k] =
   * heads[(h*n + i)*K + k], k < K; n is the number of entries.
   */
  ...kernel('put_heads', {
    storage: [...inputs('rows', 'sets', 'heads'), ...outputs('y')],
    params: u32('n', 'H', 'K', 'yRow', 'yCol'),
    workgroups: (p) => perElement(p.rows * p.H * p.K),
  }),
};
