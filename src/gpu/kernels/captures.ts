/**
 * Kernels that convert captured values to the form in which they are read. Shapes: R rows, H heads,
 * T positions.
 */

import headsSource from '../../../shaders/heads.wgsl?raw';
import poolSource from '../../../shaders/pool.wgsl?raw';
import { finite, input, kernel, output, perElement } from './define';

/**
 * For table rows i (src, dst, apart, columns), all in elements, and heads h of `chosen`:
 * out[dst + h*apart + c] = x[src + chosen[h]*perHead + c] for c < columns <= width.
 */
export const heads = kernel({
  name: 'heads',
  source: headsSource,
  storage: [input('table'), input('chosen'), input('x'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['heads', 'u32'],
    ['width', 'u32'],
    ['perHead', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.heads * p.width),
  rowQuantum: 1,
});

/**
 * out[(h*P + a)*P + b] = max of x[origin + (h*T + t)*T + s] over t in group a, s in group b. Group
 * 0 is position 0; each further group is the next `side` positions. P = 1 + ceil((T-1)/side); rows
 * are H*P.
 */
export const pool = kernel({
  name: 'pool',
  source: poolSource,
  preludes: [finite],
  storage: [input('x'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['P', 'u32'],
    ['side', 'u32'],
    ['origin', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.P),
  rowQuantum: 1,
});
