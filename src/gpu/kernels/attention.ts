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
import { f32, inputs, kernel, outputs, perElement, u32 } from './define';

/** Top bit of a key's first word: the row is in kvBase. */
export const BASE_ROW = 0x80000000;
/** The `window` param for attention without a window. */
export const NO_WINDOW = 0xffffffff;

const SCORING = ['finite', 'soft_cap', 'visible', 'rows', 'score'];
const keyed = inputs('qkv', 'kvBase', 'queries', 'sequences', 'keys');

export const ATTENTION = {
  /**
   * pattern [n,H,T] = softmax over the visible keys of scale * q.k, capped to softcap * tanh(. /
   * softcap) if softcap > 0; 0 elsewhere. Equals `scores` followed by `softmax`.
   */
  ...kernel('attend', {
    preludes: SCORING,
    storage: [...keyed, ...outputs('pattern')],
    params: [...u32('T', 'H', 'G', 'K'), ...f32('scale', 'softcap'), ...u32('causal', 'window')],
    workgroups: (p) => perElement(p.rows * p.H),
  }),

  /** scores [n,H,T] = scale * q.k for visible keys, capped if softcap > 0; MASKED_SCORE elsewhere. */
  ...kernel('scores', {
    preludes: SCORING,
    storage: [...keyed, ...outputs('scores')],
    params: [...u32('T', 'H', 'G', 'K'), ...f32('scale', 'softcap'), ...u32('causal', 'window')],
    workgroups: (p) => perElement(p.rows * p.H * p.T),
  }),

  /**
   * pattern [n,H,T] = softmax of scores over the last axis; entries <= -1e29 become exactly 0. If
   * hasSinks is 1, head h has an extra score, sinks[h], whose share goes to no entry.
   */
  ...kernel('softmax', {
    preludes: ['finite'],
    storage: [...inputs('scores', 'sinks'), ...outputs('pattern')],
    params: u32('T', 'H', 'hasSinks'),
    workgroups: (p) => perElement(p.rows * p.H),
  }),

  /**
   * z [n,H*K]: z[i,h,:] = sum of pattern[i,h,j] * v of key j, over the visible keys, or over all T if
   * full is 1. v are the G*K columns of qkv from col on: values, or keys for a backward pass.
   */
  ...kernel('mix', {
    preludes: ['visible', 'rows'],
    storage: [...inputs('pattern'), ...keyed, ...outputs('z')],
    params: u32('T', 'H', 'G', 'K', 'causal', 'window', 'full', 'col'),
    workgroups: (p) => perElement(p.rows * p.H * p.K),
  }),
};
