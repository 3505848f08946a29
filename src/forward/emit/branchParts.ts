/** Queries, keys and values separately: their weights, and the rows where inputs are written. */
import { qkvWidth } from '../../model/spec';
import type { Ctx } from './context';
import { type HeadProducts, type HeadWeights, wholeWeight } from './products';
import { rowsOf } from './rows';

export const BRANCHES = ['q', 'k', 'v'] as const;
export type Branch = (typeof BRANCHES)[number];

/** The weights of heads from column `begin` of queries, keys and values on, and their biases. */
export function headWeights(ctx: Ctx, block: string, begin: number): Pick<HeadProducts, 'W' | 'b'> {
  const { spec } = ctx;
  const { dModel: D, dHead: K } = spec;
  const stride = qkvWidth(spec);
  const tensor = wholeWeight(ctx, `${block}.attn.W_QKV`, stride, D);
  const W =
    spec.orientation === 'in-out'
      ? { tensor, first: begin, row: stride, col: 1, head: K }
      : { tensor, first: begin * D, row: 1, col: D, head: K * D };
  return { W, b: spec.bias.qkv ? { tensor: `${block}.attn.b_QKV`, first: begin } : null };
}

/** W_O by head. */
export function headsOut(ctx: Ctx, block: string): HeadWeights {
  const { dModel: D, nHeads: H, dHead: K, orientation } = ctx.spec;
  const tensor = wholeWeight(ctx, `${block}.attn.W_O`, D, H * K);
  if (orientation === 'in-out') return { tensor, first: 0, row: D, col: 1, head: K * D };
  return { tensor, first: 0, row: 1, col: H * K, head: K };
}

/** Per head, the rows in which one of these sites is written. */
export function writtenRows(ctx: Ctx, keys: readonly string[], heads: number): number[][] {
  const D = ctx.spec.dModel;
  const written = Array.from({ length: heads }, () => new Set<number>());
  for (const key of keys) {
    if (ctx.sites.callbacks.has(key))
      for (const rows of written) for (let r = 0; r < ctx.rows.count; r++) rows.add(r);
    const cuts = ctx.sites.cuts.get(key) ?? [];
    const ofCuts = cuts.flatMap(({ member, cuts: own }) => own.map((edit) => ({ member, edit })));
    for (const { member, edit } of [...(ctx.sites.edits.get(key) ?? []), ...ofCuts]) {
      const rows = rowsOf(ctx.rows, member, edit.rows);
      const ofEdit = new Set(edit.spans.map(([begin]) => Math.floor(begin / D)));
      for (const h of ofEdit) for (const row of rows) written[h]!.add(row);
    }
  }
  return written.map((rows) => [...rows].sort((a, b) => a - b));
}
