/**
 * Queries, keys and values where cuts are all that is written: the heads that are cut read streams of their own. Inputs of
 * one block's heads stand side by side, queries first, as in W_QKV.
 */
import { branchHeads, qkvWidth } from '../../model/spec';
import { push } from '../../util/lists';
import { SWEEP_TENSOR_BYTES } from '../plan/sweep';
import type { ResolvedEdit } from '../request/resolveEdits';
import { BRANCHES, type Branch, headWeights } from './branchParts';
import { type Ctx, dispatch, type EditHere, grow } from './context';
import { applyCuts } from './cuts';
import { normRows } from './norm';
import { projectHeads } from './products';
import { readersOf, readerTable, rowsIn } from './readers';

interface CutBranches {
  readonly block: string;
  readonly branches: readonly Branch[];
  readonly qkv: string;
}

/** The cut heads of these branches, as many at once as a sweep's tensor holds. */
export function projectCuts(ctx: Ctx, { block, branches, qkv }: CutBranches): void {
  const { spec, rows } = ctx;
  const byInput = new Map<number, EditHere[]>();
  let begin = 0;
  for (const branch of BRANCHES) {
    const key = `${block}.hook_${branch}_input`;
    if (branches.includes(branch))
      for (const here of ctx.sites.edits.get(key)!) push(byInput, begin + headOf(ctx, here.edit), here);
    begin += branchHeads(spec, branch);
  }
  const most = Math.max(1, Math.floor(SWEEP_TENSOR_BYTES / (4 * rows.count * spec.dModel)));
  for (const inputs of neighbours([...byInput.keys()], most))
    projectInputs(ctx, { block, qkv, cuts: inputs.map((input) => byInput.get(input)!), first: inputs[0]! });
}

const headOf = ({ spec }: Ctx, { spans }: ResolvedEdit): number => spans[0]![0] / spec.dModel;

interface CutInputs {
  readonly block: string;
  readonly qkv: string;
  /** By input, from the block's `first` on. */
  readonly cuts: readonly (readonly EditHere[])[];
  readonly first: number;
}

/** Streams of inputs that stand side by side, [inputs, n, D] for n rows, as queries, keys or values. */
function projectInputs(ctx: Ctx, { block, qkv, cuts, first }: CutInputs): void {
  const { spec } = ctx;
  const { dModel: D, dHead: K } = spec;
  const heads = cuts.length;
  const inputOf = new Map(cuts.flatMap((own, i) => own.map(({ edit }) => [edit, i])));
  const readers = readersOf(ctx, cuts.flat(), heads, (edit) => inputOf.get(edit)!);
  const n = rowsIn(readers);
  if (n === 0) return;
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
  // Any turn's table of rows says where they go.
  const rows = readerTable(ctx, ctx.cuts!.turns[0]!, readers, true);
  dispatch(ctx, 'put_heads', {
    label: `put ${name}`,
    buffers: [{ id: rows }, { id: sets }, { id: out }, { id: qkv }],
    params: { row0: 0, rows: n, n, H: heads, K, yRow: qkvWidth(spec), yCol: first * K },
  });
}

/** Numbers that follow each other, in lists of at most `most`. */
function neighbours(numbers: readonly number[], most: number): number[][] {
  const lists: number[][] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const last = lists.at(-1);
    if (last && last.length < most && n === last.at(-1)! + 1) last.push(n);
    else lists.push([n]);
  }
  return lists;
}
