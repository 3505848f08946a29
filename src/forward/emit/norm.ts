/**
 * Sums and norms of the residual stream as steps, fused if nothing between them is read or written.
 */
import { type StagePair, stagePair } from '../plan/stages';
import { type Ctx, dispatch, scratch, unread } from './context';
import type { Slot } from './slots';
import { isTouched, isWritten } from './sites';
import { touch } from './touch';

/** The tensors of a stage's deltas; only the embeddings use more than one. */
const DELTAS = ['delta', 'delta_types'] as const;

export const deltaTensors = (pair: StagePair): readonly string[] => pair.deltas.map((_, i) => DELTAS[i]!);

/** A row of D columns. */
export function rowSlot({ spec: { dModel: D } }: Ctx, tensor: string): Slot {
  return { tensor, stride: D, col: 0, width: D };
}

/** Replaces the stream by the stage's sum and announces it. */
export function sum(ctx: Ctx, stage: number): void {
  const pair = stagePair(ctx.spec, stage);
  for (const delta of deltaTensors(pair)) addToStream(ctx, delta, pair.sum);
  touch(ctx, pair.sum, rowSlot(ctx, ctx.resid));
}

export function addToStream(ctx: Ctx, delta: string, label: string): void {
  dispatch(ctx, 'add', {
    label: `sum ${label}`,
    buffers: [{ id: delta }, { id: ctx.resid }],
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
  if (isNormTouched(ctx, ln)) normInSteps(ctx, ln, from, to);
  else normRows(ctx, { ln, from, to });
}

interface NormOfRows {
  readonly ln: string;
  readonly from: string;
  readonly to: string;
  /** Added to `from` first. */
  readonly delta?: string | undefined;
  /** Default: the current rows. */
  readonly rows?: number;
  /** Default: the norm's name. */
  readonly label?: string;
}

/** One fused norm over rows of D columns with the weights of `ln`. */
export function normRows(
  ctx: Ctx,
  { ln, from, to, delta, rows = ctx.rows.count, label = ln }: NormOfRows,
): void {
  const { hasWeight, hasBias, shift, kind, eps } = ctx.spec.norm;
  const [w, b] = normWeights(ctx, ln);
  dispatch(ctx, 'norm', {
    label,
    buffers: [{ id: delta ?? w }, { id: from }, { id: w }, { id: b }, { id: to }],
    params: {
      row0: 0,
      rows,
      width: ctx.spec.dModel,
      eps,
      hasDelta: delta === undefined ? 0 : 1,
      center: kind === 'layer' ? 1 : 0,
      hasWeight: hasWeight ? 1 : 0,
      hasBias: hasBias ? 1 : 0,
      shift,
    },
  });
}

function normWeights(ctx: Ctx, ln: string): [string, string] {
  const { hasWeight, hasBias } = ctx.spec.norm;
  return [hasWeight ? `${ln}.w` : unread(ctx), hasBias ? `${ln}.b` : unread(ctx)];
}

function normInSteps(ctx: Ctx, ln: string, from: string, to: string): void {
  const { hasWeight, hasBias, shift, kind, eps } = ctx.spec.norm;
  const shape = { row0: 0, rows: ctx.rows.count, width: ctx.spec.dModel };
  const center = kind === 'layer' ? 1 : 0;
  const [scale, normalized] = [scratch(ctx, 'ln_scale', 1), scratch(ctx, 'ln_normalized', ctx.spec.dModel)];
  dispatch(ctx, 'norm_scale', {
    label: `${ln} scale`,
    buffers: [{ id: from }, { id: scale }],
    params: { ...shape, eps, center },
  });
  touch(ctx, `${ln}.hook_scale`, { tensor: scale, stride: 1, col: 0, width: 1 });
  dispatch(ctx, 'norm_center', {
    label: `${ln} normalize`,
    buffers: [{ id: from }, { id: scale }, { id: normalized }],
    params: { ...shape, center },
  });
  touch(ctx, `${ln}.hook_normalized`, rowSlot(ctx, normalized));
  const [w, b] = normWeights(ctx, ln);
  dispatch(ctx, 'affine', {
    label: `${ln} affine`,
    buffers: [{ id: normalized }, { id: w }, { id: b }, { id: to }],
    params: { ...shape, hasWeight: hasWeight ? 1 : 0, hasBias: hasBias ? 1 : 0, shift },
  });
}
