/** Queries, keys and values where cuts are all that is written: of each head only the rows that are cut. */
import { branchColumns, branchHeads, qkvWidth } from '../../model/spec';
import { range } from '../../util/range';
import { type Branch, branchWeights, writtenRows } from './branchParts';
import { type Ctx, copyRows, declare } from './context';
import { applyCuts } from './cuts';
import { normRows, rowSlot } from './norm';
import { projectHeads } from './products';
import { isOnlyCut } from './sites';

interface CutBranch {
  readonly block: string;
  readonly branch: Branch;
  readonly key: string;
  readonly qkv: string;
}

export function projectCuts(ctx: Ctx, { block, branch, key, qkv }: CutBranch): void {
  const { spec, rows } = ctx;
  const { dModel: D, dHead: K } = spec;
  const written = writtenRows(ctx, [key], branchHeads(spec, branch));
  const label = `${block} ${branch} by head`;
  const pairs = written.flatMap((ofHead, h) => ofHead.map((row) => ({ h, row })));
  if (pairs.length === 0) return;
  const size = mostCutPairs(ctx);
  const copy = declare(ctx, 'cut_inputs', 'scratch', size * D);
  const places = new Map(pairs.map(({ h, row }, i) => [h * rows.count + row, i]));
  const sources = () => Uint32Array.from(pairs, ({ row }) => row);
  const gathered = { name: `${key}.rows`, rows: pairs.length, table: sources, first: 0 };
  copyRows(ctx, `gather ${key}`, gathered, [rowSlot(ctx, ctx.resid), rowSlot(ctx, copy)], D);
  const place = (row: number, column: number): number => D * places.get((column / D) * rows.count + row)!;
  applyCuts(ctx, key, { tensor: copy, place }, ctx.sites.edits.get(key)!);
  let input = copy;
  if (spec.placement === 'pre') {
    input = declare(ctx, 'cut_norms', 'scratch', size * D);
    const n = pairs.length;
    normRows(ctx, { label: `${label} norm`, ln: `${block}.ln1`, rows: n, from: copy, to: input });
  }
  const out = declare(ctx, 'cut_outputs', 'scratch', size * K);
  const { W, b } = branchWeights(ctx, block, branch);
  const { begin } = branchColumns(spec, branch);
  let first = 0;
  for (const [h, ofHead] of written.entries()) {
    const n = ofHead.length;
    if (n === 0) continue;
    projectHeads(ctx, {
      label: `${label} ${h}`,
      heads: 1,
      a: { tensor: input, stride: D, head: 0, first: first * D },
      W: { ...W, first: W.first + h * W.head },
      b: b && { ...b, first: b.first + h * K },
      out: { tensor: out, stride: K, head: 0, first: first * K },
      K: D,
      N: K,
      rows: n,
    });
    const start = first;
    const back = () => Uint32Array.from(range(0, n).flatMap((i) => [ofHead[i]!, start + i]));
    const to = { tensor: qkv, stride: qkvWidth(spec), col: begin + h * K };
    const by = { name: `${key}.${h}`, rows: n, table: back };
    copyRows(ctx, `${label} ${h}`, by, [{ tensor: out, stride: K, col: 0 }, to], K);
    first += n;
  }
}

/** (row, head) pairs that cuts write of one block's queries, keys or values, at most. */
function mostCutPairs(ctx: Ctx): number {
  let most = 0;
  for (const [key, edits] of ctx.sites.edits) {
    if (!isOnlyCut(ctx, key)) continue;
    const n = edits.reduce(
      (sum, { member, edit }) => sum + edit.rows.length * (member.end - member.begin),
      0,
    );
    most = Math.max(most, n);
  }
  return Math.min(most, ctx.sweep.rows * ctx.spec.nHeads);
}
