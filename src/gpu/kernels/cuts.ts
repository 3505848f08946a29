/** Kernels that cut edges in many graphs at once: dense products with one-bit masks. */

import cutSource from '../../../shaders/cut.wgsl?raw';
import cutNeuronsSource from '../../../shaders/cut_neurons.wgsl?raw';
import putHeadsSource from '../../../shaders/put_heads.wgsl?raw';
import { ceilDiv, inBothFormats, input, kernel, output, perElement } from './define';

/** u32 words of an entry of `rows`, and of a record of `masks` before its bits. */
export const READER_WORDS = 5;
export const RECORD_WORDS = 2;

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
 * As `cut`, for the neurons of one MLP: x[row*xRow + h*xHead + first + d] += constant - share *
 * (sum over cut neurons n of deltas[n] * w[n*wNeuron + d*wCol]), d < D. deltas [*,M]; w holds the
 * columns [first, first+D) of W_out; own rows below `count` exist.
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
 * For entries i of `rows` and heads h whose set is not 0: y[streamRow*yRow + yCol + h*K + k] =
 * heads[(h*n + i)*K + k], k < K; n is the number of entries.
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
