/**
 * Queries, keys and values if cuts are their only writes: the cut heads read streams of their own.
 * The inputs of a block's heads are side by side, queries first, as in W_QKV.
 */
import { type ModelSpec, qkvWidth } from '../../model/spec';
import { consecutive } from '../../util/consecutive';
import { SWEEP_TENSOR_BYTES } from '../plan/sweep';
import type { ResolvedEdit } from '../request/resolved';
import { type Branch, headWeights } from './branchParts';
import { type Ctx, type CutsHere, dispatch, grow } from './context';
import { applyCuts } from './cuts';
import { normRows } from './normRows';
import { projectHeads } from './products';
import { type Readers, readersOf, readerTable } from './readers';

/** Projects the cut heads of these branches, as many at once as a sweep's tensor holds. */
export function projectCuts(ctx: Ctx, block: string, branches: readonly Branch[], qkv: string): void {
  const { spec, rows } = ctx;
  const here: CutsHere[] = [];
  const inputs = new Set<number>();
  const seen = new Set<readonly ResolvedEdit[]>();
  for (const branch of branches)
    for (const one of ctx.sites.cuts.get(`${block}.hook_${branch}_input`)!) {
      here.push(one);
      if (seen.has(one.cuts)) continue;
      seen.add(one.cuts);
      for (const edit of one.cuts) inputs.add(inputOf(spec, edit));
    }
  const most = Math.max(1, Math.floor(SWEEP_TENSOR_BYTES / (4 * rows.count * spec.dModel)));
  const sorted = [...inputs].sort((a, b) => a - b);
  for (const { first, count: heads } of consecutive(sorted, most)) {
    const readers = readersOf(ctx, here, heads, (edit) => inputOf(spec, edit) - first);
    if (readers.rows > 0) projectInputs(ctx, { block, qkv, readers, first, heads });
  }
}

/** Index of an input among those of its block. */
function inputOf({ nHeads: H, nKvHeads: G, dModel }: ModelSpec, { site, spans }: ResolvedEdit): number {
  const head = spans[0]![0] / dModel;
  if (site.kind === 'hook_q_input') return head;
  return site.kind === 'hook_k_input' ? H + head : H + G + head;
}

interface CutInputs {
  readonly block: string;
  readonly qkv: string;
  readonly readers: Readers;
  /** Inputs [first, first + heads) of the block. */
  readonly first: number;
  readonly heads: number;
}

/** Projects streams of consecutive inputs, [inputs, n, D], to queries, keys or values. */
function projectInputs(ctx: Ctx, { block, qkv, readers, first, heads }: CutInputs): void {
  const { spec } = ctx;
  const { dModel: D, dHead: K } = spec;
  const n = readers.rows;
  const name = `${block} inputs ${first}-${first + heads - 1}`;
  const x = grow(ctx, 'cut_inputs', heads * n * D);
  const sets = applyCuts(ctx, { name, tensor: x, heads, row: D, head: n * D, isApart: true }, readers);
  let input = x;
  if (spec.placement === 'pre') {
    input = grow(ctx, 'cut_norms', heads * n * D);
    normRows(ctx, { label: `${name} norm`, ln: `${block}.ln1`, rows: heads * n, from: x, to: input });
  }
  const out = grow(ctx, 'cut_outputs', heads * n * K);
  projectHeads(ctx, {
    label: name,
    heads,
    a: { tensor: input, stride: D, head: n * D },
    ...headWeights(ctx, block, first * K),
    out: { tensor: out, stride: K, head: n * K },
    K: D,
    N: K,
    rows: n,
  });
  // Every turn's table of rows has the same destinations.
  const rows = readerTable(ctx, ctx.cuts!.turns[0]!, readers, true);
  dispatch(ctx, 'put_heads', {
    label: `put ${name}`,
    buffers: [rows, sets, out, qkv],
    params: { row0: 0, rows: n, n, H: heads, K, yRow: qkvWidth(spec), yCol: first * K },
  });
}
