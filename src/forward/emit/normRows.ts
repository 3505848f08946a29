/** A fused norm of rows that nobody reads or writes in between, and the weights of any norm. */
import { type Ctx, dispatch, unread } from './context';

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
  const { shift, kind, eps } = ctx.spec.norm;
  const { weights, flags } = weightsOf(ctx, namesOf(ctx, ln));
  const shape = { row0: 0, rows, width: ctx.spec.dModel, eps, center: Number(kind === 'layer') };
  dispatch(ctx, 'norm', {
    label,
    buffers: [delta ?? weights[0]!, from, ...weights, to],
    params: { ...shape, hasDelta: Number(delta !== undefined), ...flags, shift },
  });
}

/** Weight and bias of a norm; null for none. */
export interface Names {
  readonly w: string | null;
  readonly b: string | null;
}

export function namesOf({ spec }: Ctx, ln: string): Names {
  return { w: spec.norm.hasWeight ? `${ln}.w` : null, b: spec.norm.hasBias ? `${ln}.b` : null };
}

export const weightsOf = (ctx: Ctx, { w, b }: Names) => ({
  weights: [w ?? unread(ctx), b ?? unread(ctx)],
  flags: { hasWeight: Number(w !== null), hasBias: Number(b !== null) },
});
