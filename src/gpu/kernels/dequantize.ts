/** Dequantises ggml's blocks to floats. */

import dequantizeSource from '../../../shaders/dequantize.wgsl?raw';
import { input, kernel, output, perElement } from './define';

/** Values of the `kind` param, by ggml's names. */
export const QUANTISED = { Q8_0: 0, Q4_0: 1, Q4_1: 2, Q5_0: 3, Q5_1: 4, Q4_K: 5, Q5_K: 6, Q6_K: 7 } as const;

/** out [R, perBlock] = the values of R consecutive blocks in `src`, of `blockBytes` bytes each. */
export const dequantize = kernel({
  name: 'dequantize',
  source: dequantizeSource,
  storage: [input('src'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['perBlock', 'u32'],
    ['blockBytes', 'u32'],
    ['kind', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.perBlock),
  rowQuantum: 1,
});
