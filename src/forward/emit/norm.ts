/** Sums and norms of the stream as steps, fused if nothing between them is read or written. */
import { type StagePair, stagePair } from '../plan/stages';
import { type Ctx, dispatch, rowSlot, scratch } from './context';
import { type Names, namesOf, normRows, weightsOf } from './normRows';
import { isTouched, isWritten } from './sites';
import { wholeSlot } from './slots';
import { touch } from './touch';

/** The tensors of a stage's deltas; only the embeddings use more than one. */
const DELTAS = ['delta', 'delta_types'] as const;

export const deltaTensors = (pair: StagePair): readonly string[] => pair.deltas.map((_, i) => DELTAS[i]!);

/** Replaces the stream by the stage's sum and announces it. */
export function sum(ctx: Ctx, stage: number): void {
  const pair = stagePair(ctx.spec, stage);
  for (const delta of deltaTensors(pair)) addToStream(ctx, delta, pair.sum);
  touch(ctx, pair.sum, rowSlot(ctx, ctx.resid));
}

export function addToStream(ctx: Ctx, delta: string, label: string): void {
  dispatch(ctx, 'add', {
    label: `sum ${label}`,
    buffers: [delta, ctx.resid],
    params: { row0: 0, rows: ctx.rows.count, width: ctx.spec.dModel },
  });
}

/** As `sum`, then replaces the stream by its norm (placement 'post', normalised embeddings). */
export function sumToNormedStream(ctx: Ctx, stage: number, ln: string, announce: string): string {
  sum(ctx, stage);
  const to = scratch(ctx, ctx.resid === 'resid' ? 'resid_normed' : 'resid', ctx.spec.dModel);
  norm(ctx, ln, ctx.resid, to);
  ctx.resid = to;
  touch(ctx, announce, rowSlot(ctx, to));
  return to;
}

/** Replaces the stream by the stage's sum and returns its norm. */
export function sumAndNorm(ctx: Ctx, stage: number, ln: string): string {
  const pair = stagePair(ctx.spec, stage);
  const deltas = deltaTensors(pair);
  const x = scratch(ctx, 'x', ctx.spec.dModel);
  if (deltas.length > 1 || isNormTouched(ctx, ln) || isWritten(ctx, pair.sum)) {
    sum(ctx, stage);
    norm(ctx, ln, ctx.resid, x);
  } else {
    normRows(ctx, { ln, from: ctx.resid, to: x, delta: deltas[0] });
    touch(ctx, pair.sum, rowSlot(ctx, ctx.resid));
  }
  return x;
}

export function isNormTouched(ctx: Ctx, ln: string): boolean {
  return isTouched(ctx, `${ln}.hook_scale`) || isTouched(ctx, `${ln}.hook_normalized`);
}

/** to = norm of `from`; announces its sites. */
export function norm(ctx: Ctx, ln: string, from: string, to: string): void {
  if (!isNormTouched(ctx, ln)) {
    normRows(ctx, { ln, from, to });
    return;
  }
  const width = ctx.spec.dModel;
  const [scale, normalized] = [scratch(ctx, 'ln_scale', 1), scratch(ctx, 'ln_normalized', width)];
  const center = Number(ctx.spec.norm.kind === 'layer');
  normInSteps(ctx, { ln, from, to, scale, normalized, groups: 1, width, center, ...namesOf(ctx, ln) });
}

interface StepsOfNorm extends Names {
  readonly ln: string;
  readonly from: string;
  readonly to: string;
  /** Scratch tensors, with a number per group and as wide as a row. */
  readonly scale: string;
  readonly normalized: string;
  /** Norms per row, each of `width` columns. */
  readonly groups: number;
  readonly width: number;
  readonly center: number;
}

/** A norm whose sites are touched. */
export function normInSteps(
  ctx: Ctx,
  { ln, from, to, scale, normalized, groups, width, center, ...names }: StepsOfNorm,
): void {
  const { eps, shift } = ctx.spec.norm;
  const shape = { row0: 0, rows: ctx.rows.count * groups, width };
  const scaling = { label: `${ln} scale`, buffers: [from, scale], params: { ...shape, eps, center } };
  dispatch(ctx, 'norm_scale', scaling);
  touch(ctx, `${ln}.hook_scale`, wholeSlot(scale, groups));
  const centering = { label: `${ln} normalize`, buffers: [from, scale, normalized] };
  dispatch(ctx, 'norm_center', { ...centering, params: { ...shape, center } });
  touch(ctx, `${ln}.hook_normalized`, wholeSlot(normalized, groups * width));
  const { weights, flags } = weightsOf(ctx, names);
  const buffers = [normalized, ...weights, to];
  dispatch(ctx, 'affine', { label: `${ln} affine`, buffers, params: { ...shape, ...flags, shift } });
}
