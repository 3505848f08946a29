/**
 * Attention over rows in up to two buffers. Shapes: n queries, H heads and G key-value heads of K
 * columns, at most T keys per sequence, S sequences. Rows of qkv and kvBase have (H+2G)K columns:
 * q, then k, then v, with heads in order. Query head h reads key-value head floor(h G / H).
 *
 * Key j is visible to position t iff (causal == 0 || j <= t) && (j > t || t - j < window).
 * queries u32 [n]: sequence * T + position.
 * sequences u32 [S,2]: index of its member's first key, and its sample.
 * keys u32 [*,2]: the first sample's row, in kvBase if BASE_ROW is set and otherwise in qkv, and
 * the step from sample to sample.
 */

import attendSource from '../../../shaders/attend.wgsl?raw';
import rowsSource from '../../../shaders/lib/rows.wgsl?raw';
import scoreSource from '../../../shaders/lib/score.wgsl?raw';
import softCapSource from '../../../shaders/lib/soft_cap.wgsl?raw';
import visibleSource from '../../../shaders/lib/visible.wgsl?raw';
import mixSource from '../../../shaders/mix.wgsl?raw';
import scoresSource from '../../../shaders/scores.wgsl?raw';
import softmaxSource from '../../../shaders/softmax.wgsl?raw';
import { finite, input, kernel, output, perElement } from './define';

/** Top bit of a key's first word: the row is in kvBase. */
export const BASE_ROW = 0x80000000;
/** The `window` param for attention without a window. */
export const NO_WINDOW = 0xffffffff;

const visible = { file: 'lib/visible', source: visibleSource };
const rows = { file: 'lib/rows', source: rowsSource };
const scoring = [
  finite,
  { file: 'lib/soft_cap', source: softCapSource },
  visible,
  rows,
  { file: 'lib/score', source: scoreSource },
];

/**
 * pattern [n,H,T] = softmax over the visible keys of scale * q.k, capped to softcap * tanh(. /
 * softcap) if softcap > 0; 0 elsewhere. Equals `scores` followed by `softmax`.
 */
export const attend = kernel({
  name: 'attend',
  source: attendSource,
  preludes: scoring,
  storage: [
    input('qkv'),
    input('kvBase'),
    input('queries'),
    input('sequences'),
    input('keys'),
    output('pattern'),
  ],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['H', 'u32'],
    ['G', 'u32'],
    ['K', 'u32'],
    ['scale', 'f32'],
    ['softcap', 'f32'],
    ['causal', 'u32'],
    ['window', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H),
  rowQuantum: 1,
});

/** scores [n,H,T] = scale * q.k for visible keys, capped if softcap > 0; MASKED_SCORE elsewhere. */
export const scores = kernel({
  name: 'scores',
  source: scoresSource,
  preludes: scoring,
  storage: [
    input('qkv'),
    input('kvBase'),
    input('queries'),
    input('sequences'),
    input('keys'),
    output('scores'),
  ],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['H', 'u32'],
    ['G', 'u32'],
    ['K', 'u32'],
    ['scale', 'f32'],
    ['softcap', 'f32'],
    ['causal', 'u32'],
    ['window', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H * p.T),
  rowQuantum: 1,
});

/**
 * pattern [n,H,T] = softmax of scores over the last axis; entries <= -1e29 become exactly 0. If
 * hasSinks is 1, head h has an extra score, sinks[h], whose share goes to no entry.
 */
export const softmax = kernel({
  name: 'softmax',
  source: softmaxSource,
  preludes: [finite],
  storage: [input('scores'), input('sinks'), output('pattern')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['H', 'u32'],
    ['hasSinks', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H),
  rowQuantum: 1,
});

/**
 * z [n,H*K]: z[i,h,:] = sum of pattern[i,h,j] * v of key j, over the visible keys, or over all T if
 * full is 1.
 */
export const mix = kernel({
  name: 'mix',
  source: mixSource,
  preludes: [visible, rows],
  storage: [
    input('pattern'),
    input('qkv'),
    input('kvBase'),
    input('queries'),
    input('sequences'),
    input('keys'),
    output('z'),
  ],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['T', 'u32'],
    ['H', 'u32'],
    ['G', 'u32'],
    ['K', 'u32'],
    ['causal', 'u32'],
    ['window', 'u32'],
    ['full', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.H * p.K),
  rowQuantum: 1,
});
