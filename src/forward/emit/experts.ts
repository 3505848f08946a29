/** A mixture of experts as steps. Only the device knows which experts a row uses. */
import { ACT } from '../../gpu/kernels/matmul';
import { type ExpertLetter, expertMatrix } from '../../model/experts';
import { expertsOf } from '../../model/spec';
import { type Ctx, dispatch, dispatchWeighted, scratch, unread } from './context';
import { chunksOf, project } from './products';
import { touch } from './touch';

/** Router logits, expert weights and the choice, for the rows of x [R, D]. */
export function route(ctx: Ctx, l: number, x: string): void {
  const { count: X, active: A, bias } = expertsOf(ctx.spec, l)!;
  const at = `blocks.${l}.mlp`;
  const rows = ctx.rows.count;
  const logits = scratch(ctx, 'router_logits', X);
  const weights = scratch(ctx, 'expert_weights', X);
  const chosen = scratch(ctx, 'expert_indices', A);
  project(ctx, {
    label: 'router',
    a: { id: x },
    K: ctx.spec.dModel,
    N: X,
    W: `${at}.W_gate`,
    b: bias ? `${at}.b_gate` : null,
    out: logits,
  });
  touch(ctx, `${at}.hook_router_logits`, { tensor: logits, stride: X, col: 0, width: X });
  dispatch(ctx, 'softmax', {
    label: `${at} weights`,
    buffers: [{ id: logits }, { id: unread(ctx) }, { id: weights }],
    params: { row0: 0, rows, T: X, H: 1, hasSinks: 0 },
  });
  touch(ctx, `${at}.hook_expert_weights`, { tensor: weights, stride: X, col: 0, width: X });
  dispatch(ctx, 'choose', {
    label: `${at} choice`,
    buffers: [{ id: weights }, { id: chosen }],
    params: { row0: 0, rows, X, A },
  });
  touch(ctx, `${at}.hook_expert_indices`, { tensor: chosen, stride: A, col: 0, width: A });
}

/** out [R, D]: the weighted sum of the chosen experts' outputs for x [R, D]. */
export function experts(ctx: Ctx, l: number, x: string, out: string): void {
  const { spec } = ctx;
  const mixture = expertsOf(spec, l)!;
  const { active: A, count: X, width: M, renormalised, clamp } = mixture;
  const D = spec.dModel;
  const at = `blocks.${l}.mlp`;
  const rows = ctx.rows.count;
  const [pre, linear] = [scratch(ctx, 'expert_hidden', A * M), scratch(ctx, 'expert_linear', A * M)];
  const [post, y] = [scratch(ctx, 'expert_activated', A * M), scratch(ctx, 'expert_out', A * D)];
  products(ctx, l, { letter: 'gate', a: x, out: pre, K: D, N: M, perChoice: 0 });
  products(ctx, l, { letter: 'in', a: x, out: linear, K: D, N: M, perChoice: 0 });
  dispatch(ctx, 'gate', {
    label: `${at} gate`,
    buffers: [{ id: pre }, { id: linear }, { id: post }],
    params: { row0: 0, rows: A * rows, width: M, act: ACT[spec.mlp.act], limit: clamp ?? 0 },
  });
  products(ctx, l, { letter: 'out', a: post, out: y, K: M, N: D, perChoice: 1 });
  dispatch(ctx, 'mix_experts', {
    label: `${at} mix`,
    buffers: [{ id: 'expert_weights' }, { id: 'expert_indices' }, { id: y }, { id: out }],
    params: { row0: 0, rows, D, X, A, renormalised: Number(renormalised) },
  });
}

interface ExpertProducts {
  readonly letter: ExpertLetter;
  readonly a: string;
  readonly out: string;
  readonly K: number;
  readonly N: number;
  readonly perChoice: 0 | 1;
}

/** Multiplies every row by its chosen experts' matrices, from as many buffers as hold them. */
function products(ctx: Ctx, l: number, { letter, a, out, K, N, perChoice }: ExpertProducts): void {
  const { count: X, active: A } = expertsOf(ctx.spec, l)!;
  const { weight, bias, width, ...w } = expertMatrix(ctx.spec, l, letter);
  const rows = ctx.rows.count;
  for (const { tensor, first, rows: n } of chunksOf(ctx, weight, w.rows, width))
    dispatchWeighted(ctx, 'gemm_experts', {
      label: `experts ${letter}`,
      buffers: [
        { id: 'expert_indices' },
        { id: a },
        { id: tensor },
        { id: bias?.weight ?? unread(ctx) },
        { id: out },
      ],
      params: {
        row0: 0,
        rows,
        K,
        N,
        X,
        A,
        perChoice,
        wOffset: w.first,
        wExpert: w.expert,
        wRow: w.row,
        wCol: w.col,
        wBegin: first * width,
        wSize: n * width,
        hasBias: Number(bias !== null),
        bOffset: bias?.first ?? 0,
        bExpert: bias?.expert ?? 0,
        bCol: bias?.col ?? 0,
      },
      flops: (2 * rows * A * K * N * n) / w.rows,
    });
}
