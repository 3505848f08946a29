/**
 * Kernels of the backward pass: each turns the gradient of a kernel's output into that of its inputs.
 * Products need none: dX = dY W^T is the same kernel in the other orientation, inverse rotation is
 * `rotary` with negated sines, the queries' gradient is `mix` over keys. Letters as in `attention.ts`
 * and `norms.ts`; d is a gradient.
 */
import { f32, fold, inputs, kernel, outputs, perElement, perTeam, u32 } from './define';
import { ACTIVATION } from './matmul';

/** Word 1 of an entry of `seed`. */
export const SEED_KINDS = { logProb: 0, prob: 1, kl: 2, logits: 3 } as const;

const SLOPES = ['finite', 'soft_cap', 'activation_slope'];
const located = inputs('queries', 'sequences', 'keys');
const SHAPE = u32('T', 'H', 'G', 'K');
const SEEN = u32('causal', 'window', 'full');

export const BACKWARD = {
  /**
   * out[row,:] (+)= weight * d scalar / d logits[row,:] for entries u32 [n,5]: 0 row of logits and out,
   * 1 kind (SEED_KINDS), 2 token, 3 weight as f32 bits, 4 row of references, which kinds kl and logits
   * read. A row that is not finite gives NaN.
   */
  ...kernel('seed', {
    preludes: ['finite'],
    storage: [...inputs('entries', 'logits', 'references'), ...outputs('out')],
    params: u32('V', 'add'),
    workgroups: (p) => fold(p.rows),
  }),

  /** d [R,W] *= scale, and *= 1 - (y / cap)^2 if cap > 0, where y is the capped value. */
  ...kernel('scale_back', {
    storage: [...inputs('y'), ...outputs('d')],
    params: [...u32('width'), ...f32('scale', 'cap')],
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /** dScale [R] = -sum of d * normalized / scale; d [R,W] is the gradient of the normalised rows. */
  ...kernel('norm_scale_back', {
    preludes: ['team'],
    storage: [...inputs('d', 'normalized', 'scale'), ...outputs('dScale')],
    params: u32('width'),
    workgroups: (p) => perTeam(p.rows),
  }),

  /**
   * out [R,W] = g, minus its mean if center is 1; g = d / scale + dScale * normalized * scale / (W own).
   * With frozen 1 dScale counts as 0 and is not read.
   */
  ...kernel('norm_back', {
    preludes: ['team'],
    storage: [...inputs('d', 'normalized', 'scale', 'own', 'dScale'), ...outputs('out')],
    params: u32('width', 'center', 'frozen'),
    workgroups: (p) => perTeam(p.rows),
  }),

  /** d [R,W] = 0 where |x| >= most, x [R,W] the clipped value. */
  ...kernel('clip_back', {
    storage: [...inputs('x'), ...outputs('d')],
    params: [...u32('width'), ...f32('most')],
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /**
   * d = 0 where `before` is outside [low, high]. entries u32 [n,4]: 0 element offset in before and d, 1
   * columns, 2 low and 3 high as f32 bits. `rows` counts entries.
   */
  ...kernel('clamp_back', {
    storage: [...inputs('entries', 'before'), ...outputs('d')],
    params: u32('maxCols'),
    workgroups: (p) => perElement(p.rows * p.maxCols),
  }),

  /** d = backward of `rewrite` for kinds reversed and shuffled; g is a copy of d. Entries as there. */
  ...kernel('rewrite_back', {
    storage: [...inputs('entries', 'scores', 'before', 'g'), ...outputs('d')],
    params: u32('T'),
    workgroups: (p) => perElement(p.rows * p.T),
  }),

  /** toY [R,A,D] = the choice's share * d [R,D]; weights [R,X], chosen [R,A] as for `mix_experts`. */
  ...kernel('mix_experts_back', {
    preludes: ['finite', 'expert'],
    storage: [...inputs('weights', 'chosen', 'd'), ...outputs('toY')],
    params: u32('D', 'X', 'A', 'renormalised'),
    workgroups: (p) => perElement(p.rows * p.A * p.D),
  }),

  /** toWeights [R,X]: the gradient of the router's weights; y [R,A,D] the chosen experts' outputs. */
  ...kernel('shares_back', {
    preludes: ['finite', 'expert'],
    storage: [...inputs('weights', 'chosen', 'y', 'd'), ...outputs('toWeights')],
    params: u32('D', 'X', 'A', 'renormalised'),
    workgroups: (p) => perElement(p.rows),
  }),

  /** d [R,W] *= act'(x [R,W]). */
  ...kernel('activate_back', {
    preludes: SLOPES,
    storage: [...inputs('x'), ...outputs('d')],
    params: u32('width', 'act'),
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /** toPre = d act'(pre) linear, toLinear = d act(pre); `limit` as for `gate`. All [R,W]. */
  ...kernel('gate_back', {
    preludes: [...ACTIVATION, 'activation_slope'],
    storage: [...inputs('d', 'pre', 'linear'), ...outputs('toPre', 'toLinear')],
    params: [...u32('width', 'act'), ...f32('limit')],
    workgroups: (p) => perElement(p.rows * p.width),
  }),

  /** d [n,H,T] = pattern (d - sum over the last axis of pattern d). */
  ...kernel('softmax_back', {
    storage: [...inputs('pattern'), ...outputs('d')],
    params: u32('T', 'H'),
    workgroups: (p) => perElement(p.rows * p.H),
  }),

  /** out [n,H,T] = dz [n,H,K] . values of key j. */
  ...kernel('pattern_back', {
    preludes: ['rows'],
    storage: [...inputs('dz', 'qkv'), ...located, ...outputs('out')],
    params: SHAPE,
    workgroups: (p) => perElement(p.rows * p.H * p.T),
  }),

  /**
   * out[r*outStride + outCol + g*K + c] = sum over query heads h of group g and queries i that see row
   * r of weights[i,h,position of r] * x[i*xStride + h*K + c].
   */
  ...kernel('mix_back', {
    preludes: ['visible', 'rows'],
    storage: [...inputs('weights', 'x'), ...located, ...outputs('out')],
    params: [...SHAPE, ...u32('xStride', 'outStride', 'outCol'), ...SEEN],
    workgroups: (p) => perElement(p.rows * p.G * p.K),
  }),
};
