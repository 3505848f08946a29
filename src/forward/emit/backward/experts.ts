/** A mixture of experts backward: the chosen experts, and their weights. Choices have no gradient. */
import { ACT } from '../../../gpu/kernels/matmul';
import { type ExpertLetter, expertMatrix } from '../../../model/experts';
import { isNormedBefore } from '../../../model/norms';
import { expertsOf } from '../../../model/spec';
import { type Ctx, dispatch, dispatchWeighted, scratch, unread, rowSlot } from '../context';
import { expertProducts } from '../experts';
import { namesOf, weightsOf } from '../normRows';
import { wholeWeight } from '../products';
import { wholeSlot } from '../slots';
import { at } from './at';
import { addTo, type Back, gradient, kept, keptBefore } from './back';
import { projectBack } from './products';

/** g [R, D]: of the sum over the chosen experts; becomes that of what they and the router read. */
export function expertsBack(back: Back, l: number, g: string): void {
  const { ctx } = back;
  const { spec, rows } = ctx;
  const { count: X, active: A, width: M, renormalised, clamp } = expertsOf(spec, l)!;
  const D = spec.dModel;
  const mlp = `blocks.${l}.mlp`;
  const weights = kept(back, `${mlp}.hook_expert_weights`).tensor;
  const chosen = kept(back, `${mlp}.hook_expert_indices`).tensor;
  const shape = { row0: 0, rows: rows.count };
  const mixing = { ...shape, D, X, A, renormalised: Number(renormalised) };

  // The hidden layers and outputs again, from what the experts read.
  const x = readBy(back, l);
  const [pre, linear] = [scratch(ctx, 'expert_hidden', A * M), scratch(ctx, 'expert_linear', A * M)];
  const [post, y] = [scratch(ctx, 'expert_activated', A * M), scratch(ctx, 'expert_out', A * D)];
  expertProducts(ctx, l, 'gate', { a: x, chosen, out: pre });
  expertProducts(ctx, l, 'in', { a: x, chosen, out: linear });
  const gating = { row0: 0, rows: A * rows.count, width: M, act: ACT[spec.mlp.act], limit: clamp ?? 0 };
  dispatch(ctx, 'gate', { label: `${mlp} gate`, buffers: [pre, linear, post], params: gating });
  expertProducts(ctx, l, 'out', { a: post, chosen, out: y });

  const toWeights = gradient(ctx, 'expert_weights', X);
  const label = (what: string) => `${mlp} ${what} back`;
  dispatch(ctx, 'shares_back', {
    label: label('shares'),
    buffers: [weights, chosen, y, g, toWeights],
    params: mixing,
  });
  const [toY, toPost] = [gradient(ctx, 'expert_out', A * D), gradient(ctx, 'expert_hidden', A * M)];
  const [toPre, toLinear] = [gradient(ctx, 'expert_pre', A * M), gradient(ctx, 'expert_linear', A * M)];
  dispatch(ctx, 'mix_experts_back', {
    label: label('mix'),
    buffers: [weights, chosen, g, toY],
    params: mixing,
  });
  productsBack(ctx, l, 'out', { g: toY, chosen, out: toPost });
  const buffers = [toPost, pre, linear, toPre, toLinear];
  dispatch(ctx, 'gate_back', { label: label('gate'), buffers, params: gating });

  at(back, `${mlp}.hook_expert_weights`, wholeSlot(toWeights, X));
  dispatch(ctx, 'softmax_back', {
    label: label('weights'),
    buffers: [keptBefore(back, `${mlp}.hook_expert_weights`).tensor, toWeights],
    params: { ...shape, T: X, H: 1 },
  });
  at(back, `${mlp}.hook_router_logits`, wholeSlot(toWeights, X));
  projectBack(ctx, { label: 'router back', g: toWeights, K: D, N: X, W: `${mlp}.W_gate`, out: g });
  const more = gradient(ctx, 'more', D);
  for (const [letter, from] of [
    ['gate', toPre],
    ['in', toLinear],
  ] as const) {
    productsBack(ctx, l, letter, { g: from, chosen, out: toY });
    dispatch(ctx, 'sum_heads', {
      label: label(letter),
      buffers: [toY, unread(ctx), more],
      params: { ...shape, H: A, D, biasScale: 0 },
    });
    addTo(ctx, label(letter), rowSlot(ctx, more), rowSlot(ctx, g), D);
  }
}

/** What the experts read: the norm's output, or the MLP's copy of the stream. */
function readBy(back: Back, l: number): string {
  const { ctx } = back;
  const { spec, rows } = ctx;
  if (!isNormedBefore(spec)) return kept(back, `blocks.${l}.hook_mlp_in`).tensor;
  const ln = `blocks.${l}.ln2`;
  const { weights, flags } = weightsOf(ctx, namesOf(ctx, ln));
  const x = scratch(ctx, 'x', spec.dModel);
  dispatch(ctx, 'affine', {
    label: `${ln} affine`,
    buffers: [kept(back, `${ln}.hook_normalized`).tensor, ...weights, x],
    params: { row0: 0, rows: rows.count, width: spec.dModel, ...flags, shift: spec.norm.shift },
  });
  return x;
}

interface ExpertBack {
  /** Gradients of the chosen experts' products, [R, A, N]. */
  readonly g: string;
  readonly chosen: string;
  /** Receives those of the inputs, [R, A, K]. */
  readonly out: string;
}

/** Every choice's gradient through its expert's matrix. Needs the matrix in one buffer. */
function productsBack(ctx: Ctx, l: number, letter: ExpertLetter, { g, chosen, out }: ExpertBack): void {
  const { count: X, active: A, width: M } = expertsOf(ctx.spec, l)!;
  const D = ctx.spec.dModel;
  const [K, N] = letter === 'out' ? [M, D] : [D, M];
  const { weight, width, ...w } = expertMatrix(ctx.spec, l, letter);
  dispatchWeighted(ctx, 'gemm_experts', {
    label: `experts ${letter} back`,
    buffers: [chosen, g, wholeWeight(ctx, weight, w.rows, width), unread(ctx), out],
    params: {
      row0: 0,
      rows: ctx.rows.count,
      K: N,
      N: K,
      X,
      A,
      perChoice: 1,
      wOffset: w.first,
      wExpert: w.expert,
      wRow: w.col,
      wCol: w.row,
      wBegin: 0,
      wSize: w.rows * width,
      hasBias: 0,
      bOffset: 0,
      bExpert: 0,
      bCol: 0,
    },
    flops: 2 * ctx.rows.count * A * K * N,
  });
}
