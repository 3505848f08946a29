/** Dequantises ggml's blocks to floats. */
import { inputs, kernel, outputs, perElement, u32 } from './define';

/** Values of the `kind` param, by ggml's names. */
export const QUANTISED = { Q8_0: 0, Q4_0: 1, Q4_1: 2, Q5_0: 3, Q5_1: 4, Q4_K: 5, Q5_K: 6, Q6_K: 7 } as const;

export const DEQUANTIZE = {
  /** out [R, perBlock] = the values of R consecutive blocks in `src`, of `blockBytes` bytes each. */
  ...kernel('dequantize', {
    storage: [...inputs('src'), ...outputs('out')],
    params: u32('perBlock', 'blockBytes', 'kind'),
    workgroups: (p) => perElement(p.rows * p.perBlock),
  }),
};
