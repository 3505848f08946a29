/**
 * Causal attention over rows that may live in two buffers. Shapes: n queries, H heads of K columns, D = H*K for
 * qkv rows of 3D columns (q, k, v), T keys per sequence at most, S sequence slots.
 *
 * queries u32 [n,3]: own row in qkv, sequence slot, position. keyRows u32 [S*T]: where key j of a slot lives:
 * with BASE_ROW set, that row of kvBase; else that row of qkv.
 */

import attendSource from '../../../shaders/attend.wgsl?raw';
import mixSource from '../../../shaders/mix.wgsl?raw';
import scoresSource from '../../../shaders/scores.wgsl?raw';
import softmaxSource from '../../../shaders/softmax.wgsl?raw';
import { input, kernel, output, perElement } from './define';

/** Top bit of a keyRows entry: the row is in kvBase. */
export const BASE_ROW = 0x80000000;
/** What `scores` writes where the key is later than the query. */
export const MASKED_SCORE = -1e30;

/** pattern [n,H,T] = softmax over j <= position of scale * q.k; 0 beyond. */
export const attend = kernel({
  name: 'attend',
  source: attendSource,
  storage: [input('qkv'), input('kvBase'), input('queries'), input('keyRows'), output('pattern')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['H', 'u32'],
    ['K', 'u32'],
    ['D', 'u32'],
    ['scale', 'f32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H),
  rowQuantum: 1,
});

/** scores [n,H,T] = scale * q.k for j <= position; MASKED_SCORE beyond. */
export const scores = kernel({
  name: 'scores',
  source: scoresSource,
  storage: [input('qkv'), input('kvBase'), input('queries'), input('keyRows'), output('scores')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['H', 'u32'],
    ['K', 'u32'],
    ['D', 'u32'],
    ['scale', 'f32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H * p.T),
  rowQuantum: 1,
});

/** pattern [n,H,T] = softmax of scores over the last axis; entries <= -1e29 become exactly 0. */
export const softmax = kernel({
  name: 'softmax',
  source: softmaxSource,
  storage: [input('scores'), output('pattern')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['H', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H),
  rowQuantum: 1,
});

/** z [n,D]: z[i,h,:] = sum of pattern[i,h,j] * v of key j, over j <= position, or over all T if full is 1. */
export const mix = kernel({
  name: 'mix',
  source: mixSource,
  storage: [input('pattern'), input('qkv'), input('kvBase'), input('queries'), input('keyRows'), output('z')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['H', 'u32'],
    ['K', 'u32'],
    ['D', 'u32'],
    ['full', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.D),
  rowQuantum: 1,
});
