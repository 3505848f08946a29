/** Kernels that cut edges, of many graphs at once: dense products with masks of single bits. */

import cutSource from '../../../shaders/cut.wgsl?raw';
import cutNeuronsSource from '../../../shaders/cut_neurons.wgsl?raw';
import putHeadsSource from '../../../shaders/put_heads.wgsl?raw';
import { ceilDiv, inBothFormats, input, kernel, output, perElement } from './define';

/** u32 words of one entry of `rows`, and of a record of `masks` before its bits. */
export const READER_WORDS = 5;
export const RECORD_WORDS = 2;

/**
 * For entries i of `rows` and h < heads: x[row*xRow + h*xHead + d] = start - share * (sum over cut senders of their deltas)
 * + constant, d < D, where start is x itself or (fresh) stream[streamRow*D + d]. rows u32 [n,5]: 0 row, 1 streamRow, 2 class,
 * 3 own and 4 base row of deltas [*,senders,D]. sets u32 [classes,heads]: records of masks u32 [*,2+words], of which 0 cuts
 * nothing: 0 share, 1 constant (added if `constants` is 1) as f32 bits, then one bit per sender. deltas hold the senders
 * [first, first+senders); own rows below counts u32 [senders] are there, the base's are read for others.
 */
export const cut = kernel({
  name: 'cut',
  source: cutSource,
  storage: [
    input('rows'),
    input('sets'),
    input('masks'),
    input('counts'),
    input('deltas'),
    input('stream'),
    output('x'),
  ],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['D', 'u32'],
    ['heads', 'u32'],
    ['xRow', 'u32'],
    ['xHead', 'u32'],
    ['first', 'u32'],
    ['senders', 'u32'],
    ['words', 'u32'],
    ['fresh', 'u32'],
    ['constants', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * ceilDiv(p.heads, 4) * ceilDiv(p.D, 4)),
  rowQuantum: 1,
});

/**
 * As `cut`, of the neurons of one MLP: x[row*xRow + h*xHead + first + d] += constant - share * (sum over cut neurons n
 * of deltas[n] * w[n*wNeuron + d*wCol]), d < D. deltas [*,M]; w the columns [first, first+D) of W_out; own rows below `count`
 * are there.
 */
export const [cut_neurons, cut_neurons_f16] = inBothFormats({
  name: 'cut_neurons',
  source: cutNeuronsSource,
  storage: [input('rows'), input('sets'), input('masks'), input('deltas'), input('w'), output('x')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['D', 'u32'],
    ['heads', 'u32'],
    ['xRow', 'u32'],
    ['xHead', 'u32'],
    ['M', 'u32'],
    ['words', 'u32'],
    ['count', 'u32'],
    ['first', 'u32'],
    ['wNeuron', 'u32'],
    ['wCol', 'u32'],
    ['scale', 'f32'],
  ],
  workgroups: (p) => perElement(p.rows * p.heads * p.D),
  rowQuantum: 1,
});

/**
 * For entries i of `rows` and heads h with a set other than 0: y[streamRow*yRow + yCol + h*K + k] = heads[(h*n + i)*K + k],
 * k < K; n is the number of entries.
 */
export const put_heads = kernel({
  name: 'put_heads',
  source: putHeadsSource,
  storage: [input('rows'), input('sets'), input('heads'), output('y')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['n', 'u32'],
    ['H', 'u32'],
    ['K', 'u32'],
    ['yRow', 'u32'],
    ['yCol', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H * p.K),
  rowQuantum: 1,
});
