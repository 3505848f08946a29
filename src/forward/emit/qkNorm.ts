/** The norm of queries or keys, in place: over each head's columns, or over those of all heads. */
import { branchColumns, branchHeads, qkvWidth } from '../../model/spec';
import { type Ctx, copyRows, dispatch, scratch } from './context';
import { isNormTouched, normInSteps } from './norm';
import { range } from '../../util/range';

export function normBranch(ctx: Ctx, block: string, branch: 'q' | 'k', qkv: string): void {
  const { spec, rows } = ctx;
  const ln = `${block}.attn.${branch}_norm`;
  const { begin, width } = branchColumns(spec, branch);
  const groups = spec.attention.qkNorm === 'head' ? branchHeads(spec, branch) : 1;
  const stride = qkvWidth(spec);
  const { eps, shift } = spec.norm;
  if (!isNormTouched(ctx, ln)) {
    const shape = { row0: 0, rows: rows.count, heads: groups, width: width / groups };
    const params = { ...shape, stride, col: begin, eps, shift };
    dispatch(ctx, 'head_norm', { label: ln, buffers: [`${ln}.w`, qkv], params });
    return;
  }
  const all = {
    name: `all.${rows.count}`,
    rows: rows.count,
    table: () => Uint32Array.from(range(0, rows.count)),
    first: 0,
  };
  const own = { tensor: qkv, stride, col: begin };
  const raw = { tensor: scratch(ctx, 'branch_raw_qk', spec.nHeads * spec.dHead), stride: width, col: 0 };
  const normalized = scratch(ctx, 'branch_normalized', spec.nHeads * spec.dHead);
  const scale = scratch(ctx, 'branch_scale', spec.nHeads);
  copyRows(ctx, `${ln} gather`, all, [own, raw], width);
  const tensors = { from: raw.tensor, to: raw.tensor, scale, normalized, w: `${ln}.w`, b: null };
  normInSteps(ctx, { ln, ...tensors, groups, width: width / groups, center: 0 });
  copyRows(ctx, `${ln} scatter`, all, [raw, own], width);
}
