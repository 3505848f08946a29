/** The norm of queries or keys, in place: over each head's columns, or over those of all heads. */
import { branchColumns, branchHeads, qkvWidth } from '../../model/spec';
import { type Ctx, copyRows, dispatch, scratch, unread } from './context';
import { isNormTouched } from './norm';
import { touch } from './touch';

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
    dispatch(ctx, 'head_norm', { label: ln, buffers: [{ id: `${ln}.w` }, { id: qkv }], params });
    return;
  }
  const all = {
    name: `all.${rows.count}`,
    rows: rows.count,
    table: () => Uint32Array.from({ length: rows.count }, (_, i) => i),
    first: 0,
  };
  const own = { tensor: qkv, stride, col: begin };
  const raw = { tensor: scratch(ctx, 'branch_raw_qk', spec.nHeads * spec.dHead), stride: width, col: 0 };
  const normalized = scratch(ctx, 'branch_normalized', spec.nHeads * spec.dHead);
  const scale = scratch(ctx, 'branch_scale', spec.nHeads);
  const shape = { row0: 0, rows: rows.count * groups, width: width / groups };
  copyRows(ctx, `${ln} gather`, all, [own, raw], width);
  dispatch(ctx, 'norm_scale', {
    label: `${ln} scale`,
    buffers: [{ id: raw.tensor }, { id: scale }],
    params: { ...shape, eps, center: 0 },
  });
  touch(ctx, `${ln}.hook_scale`, { tensor: scale, stride: groups, col: 0, width: groups });
  dispatch(ctx, 'norm_center', {
    label: `${ln} normalize`,
    buffers: [{ id: raw.tensor }, { id: scale }, { id: normalized }],
    params: { ...shape, center: 0 },
  });
  touch(ctx, `${ln}.hook_normalized`, { tensor: normalized, stride: width, col: 0, width });
  dispatch(ctx, 'affine', {
    label: `${ln} affine`,
    buffers: [{ id: normalized }, { id: `${ln}.w` }, { id: unread(ctx) }, { id: raw.tensor }],
    params: { ...shape, hasWeight: 1, hasBias: 0, shift },
  });
  copyRows(ctx, `${ln} scatter`, all, [raw, own], width);
}
