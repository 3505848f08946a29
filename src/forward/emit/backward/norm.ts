/** Norms backward: of the stream, of a branch's input and output, of queries and keys. */
import { branchColumns, branchHeads } from '../../../model/spec';
import { isNormedBefore, nameAfter } from '../../../model/norms';
import { copyWhole, type Ctx, dispatch, scratch, unread } from '../context';
import { wholeSlot } from '../slots';
import { at } from './at';
import { type Back, kept, keptBefore } from './back';

interface NormOfRows {
  /** The norm's name, e.g. 'blocks.0.ln1'. */
  readonly ln: string;
  /** [R, groups * width]: the gradient of its output; becomes that of its input. */
  readonly g: string;
}

/** A norm of the stream: rows of D columns. */
export function normBack(back: Back, { ln, g }: NormOfRows): void {
  const { norm, dModel: width } = back.ctx.spec;
  const w = norm.hasWeight ? `${ln}.w` : null;
  normalizedBack(back, { ln, g, w, groups: 1, width, center: Number(norm.kind === 'layer') });
}

export function normBeforeBack(back: Back, of: NormOfRows): void {
  if (isNormedBefore(back.ctx.spec)) normBack(back, of);
}

export function normAfterBack(back: Back, { ln, g }: NormOfRows): void {
  const after = nameAfter(back.ctx.spec, ln);
  if (after !== null) normBack(back, { ln: after, g });
}

/** The RMS norm of queries or keys; g [R, heads * K]. */
export function branchNormBack(back: Back, block: string, branch: 'q' | 'k', g: string): void {
  const { spec } = back.ctx;
  const ln = `${block}.attn.${branch}_norm`;
  const groups = spec.attention.qkNorm === 'head' ? branchHeads(spec, branch) : 1;
  const width = branchColumns(spec, branch).width / groups;
  normalizedBack(back, { ln, g, w: `${ln}.w`, groups, width, center: 0 });
}

interface Normalized extends NormOfRows {
  readonly w: string | null;
  readonly groups: number;
  readonly width: number;
  readonly center: number;
}

function normalizedBack(back: Back, { ln, g, w, groups, width, center }: Normalized): void {
  const { ctx, frozen } = back;
  const columns = groups * width;
  const rows = ctx.rows.count * groups;
  const { nHeads: H, dHead: K, dModel: D } = ctx.spec;
  const d = scratch(ctx, 'g.normalized', Math.max(D, H * K));
  weightedBack(ctx, { ln, g, w, to: d, rows, width });
  at(back, `${ln}.hook_normalized`, wholeSlot(d, columns));
  const normalized = keptBefore(back, `${ln}.hook_normalized`).tensor;
  const scale = kept(back, `${ln}.hook_scale`).tensor;
  const own = keptBefore(back, `${ln}.hook_scale`).tensor;
  const dScale = scratch(ctx, 'g.scale', Math.max(1, H));
  dispatch(ctx, 'norm_scale_back', {
    label: `${ln} scale back`,
    buffers: [d, normalized, scale, dScale],
    params: { row0: 0, rows, width },
  });
  at(back, `${ln}.hook_scale`, wholeSlot(dScale, groups));
  dispatch(ctx, 'norm_back', {
    label: `${ln} back`,
    buffers: [d, normalized, scale, own, dScale, g],
    params: { row0: 0, rows, width, center, frozen: Number(frozen.norm) },
  });
}

interface Weighted {
  readonly ln: string;
  readonly g: string;
  readonly w: string | null;
  readonly to: string;
  readonly rows: number;
  readonly width: number;
}

/** to = g * (w + shift), or g without a weight. */
function weightedBack(ctx: Ctx, { ln, g, w, to, rows, width }: Weighted): void {
  if (w === null) {
    copyWhole(ctx, `${ln} copy back`, g, to, (rows / ctx.rows.count) * width);
    return;
  }
  dispatch(ctx, 'affine', {
    label: `${ln} affine back`,
    buffers: [g, w, unread(ctx), to],
    params: { row0: 0, rows, width, hasWeight: 1, hasBias: 0, shift: ctx.spec.norm.shift },
  });
}

/**
 * A norm `ln` of copies of the stream that nobody sees: x [rows, D] its input, g its output's gradient,
 * which becomes that of x. `rows` counts copies.
 */
export function unseenNormBack(back: Back, { ln, g }: NormOfRows, x: string, rows: number): void {
  const { ctx, frozen } = back;
  const { norm, dModel: width } = ctx.spec;
  const heads = rows / ctx.rows.count;
  const center = Number(norm.kind === 'layer');
  const shape = { row0: 0, rows, width };
  const [d, normalized] = [
    scratch(ctx, 'g.copies_d', heads * width),
    scratch(ctx, 'copies_n', heads * width),
  ];
  const [scale, dScale] = [scratch(ctx, 'copies_scale', heads), scratch(ctx, 'g.copies_scale', heads)];
  dispatch(ctx, 'norm_scale', {
    label: `${ln} of copies`,
    buffers: [x, scale],
    params: { ...shape, eps: norm.eps, center },
  });
  dispatch(ctx, 'norm_center', {
    label: `${ln} of copies`,
    buffers: [x, scale, normalized],
    params: { ...shape, center },
  });
  weightedBack(ctx, { ln, g, w: norm.hasWeight ? `${ln}.w` : null, to: d, rows, width });
  dispatch(ctx, 'norm_scale_back', {
    label: `${ln} of copies back`,
    buffers: [d, normalized, scale, dScale],
    params: shape,
  });
  dispatch(ctx, 'norm_back', {
    label: `${ln} of copies back`,
    buffers: [d, normalized, scale, scale, dScale, g],
    params: { ...shape, center, frozen: Number(frozen.norm) },
  });
}
