/** A mixture of experts as steps. Only the device knows which experts a row uses. */
import { ACT } from '../../gpu/kernels/matmul';
import { type ExpertLetter, expertMatrix } from '../../model/experts';
import { expertsOf } from '../../model/spec';
import { type Ctx, dispatch, dispatchWeighted, scratch, unread } from './context';
import { chunksOf, project } from './products';
import { wholeSlot } from './slots';
import { touch } from './touch';

/** Router logits, expert weights and the choice, for the rows of x [R, D]. */
export function route(ctx: Ctx, l: number, x: string): void {
  const { count: X, active: A, bias } = expertsOf(ctx.spec, l)!;
  const at = `blocks.${l}.mlp`;
  const logits = scratch(ctx, 'router_logits', X);
  const weights = scratch(ctx, 'expert_weights', X);
  const chosen = scratch(ctx, 'expert_indices', A);
  project(ctx, {
    label: 'router',
    a: x,
    K: ctx.spec.dModel,
    N: X,
    W: `${at}.W_gate`,
    b: bias ? `${at}.b_gate` : null,
    out: logits,
  });
  touch(ctx, `${at}.hook_router_logits`, wholeSlot(logits, X));
  dispatch(ctx, 'softmax', {
    label: `${at} weights`,
    buffers: [logits, unread(ctx), weights],
    params: { row0: 0, rows: ctx.rows.count, T: X, H: 1, hasSinks: 0 },
  });
  touch(ctx, `${at}.hook_expert_weights`, wholeSlot(weights, X));
  const params = { row0: 0, rows: ctx.rows.count, X, A };
  dispatch(ctx, 'choose', { label: `${at} choice`, buffers: [weights, chosen], params });
  touch(ctx, `${at}.hook_expert_indices`, wholeSlot(chosen, A));
}

/** out [R, D]: the weighted sum of the chosen experts' outputs for x [R, D]. */
export function experts(ctx: Ctx, l: number, x: string, out: string): void {
  const { spec } = ctx;
  const mixture = expertsOf(spec, l)!;
  const { active: A, count: X, width: M, renormalised, clamp } = mixture;
  const D = spec.dModel;
  const at = `blocks.${l}.mlp`;
  const [pre, linear] = [scratch(ctx, 'expert_hidden', A * M), scratch(ctx, 'expert_linear', A * M)];
  const [post, y] = [scratch(ctx, 'expert_activated', A * M), scratch(ctx, 'expert_out', A * D)];
  const chosen = 'expert_indices';
  expertProducts(ctx, l, 'gate', { a: x, chosen, out: pre });
  expertProducts(ctx, l, 'in', { a: x, chosen, out: linear });
  dispatch(ctx, 'gate', {
    label: `${at} gate`,
    buffers: [pre, linear, post],
    params: { row0: 0, rows: A * ctx.rows.count, width: M, act: ACT[spec.mlp.act], limit: clamp ?? 0 },
  });
  expertProducts(ctx, l, 'out', { a: post, chosen, out: y });
  dispatch(ctx, 'mix_experts', {
    label: `${at} mix`,
    buffers: ['expert_weights', 'expert_indices', y, out],
    params: { row0: 0, rows: ctx.rows.count, D, X, A, renormalised: Number(renormalised) },
  });
}

/** Multiplies every row by its chosen experts' matrices, from as many buffers as hold them. */
export function expertProducts(
  ctx: Ctx,
  l: number,
  letter: ExpertLetter,
  { a, chosen, out }: { readonly a: string; readonly chosen: string; readonly out: string },
): void {
  const { count: X, active: A, width: M } = expertsOf(ctx.spec, l)!;
  const D = ctx.spec.dModel;
  const perChoice = Number(letter === 'out');
  const [K, N] = perChoice ? [M, D] : [D, M];
  const { weight, bias, width, ...w } = expertMatrix(ctx.spec, l, letter);
  for (const { tensor, first, rows: n } of chunksOf(ctx, weight, w.rows, width))
    dispatchWeighted(ctx, 'gemm_experts', {
      label: `experts ${letter}`,
      buffers: [chosen, a, tensor, bias?.weight ?? unread(ctx), out],
      params: {
        row0: 0,
        rows: ctx.rows.count,
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
      flops: (2 * ctx.rows.count * A * K * N * n) / w.rows,
    });
}
