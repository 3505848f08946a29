/** Rows that begin at a stage: at stage 0 from embedding tables, later from the base's tensors. */
import { stagePair } from '../plan/stages';
import type { Member } from '../plan/sweep';
import { type Ctx, copyRows, dispatchWeighted, scratch, table, rowSlot } from './context';
import { type Kept, placeFor } from './slots';
import { deltaTensors } from './norm';
import { chunksOf } from './products';
import { rowsOf, type Segment, samplesOf } from './rows';
import { touch } from './touch';
import { Words } from './words';

/** Appends the rows of this stage; returns whether there are any rows now. */
export function enter(ctx: Ctx, stage: number): boolean {
  const { spec, sweep } = ctx;
  const D = spec.dModel;
  const pair = stagePair(spec, stage);
  const before = ctx.rows.segments.length;
  for (const { member, positions } of sweep.entering[stage] ?? []) ctx.rows.append(member, positions);
  const entered = ctx.rows.segments.slice(before);
  const members = [
    { key: pair.resid, tensor: ctx.resid },
    ...deltaTensors(pair).map((tensor, i) => ({ key: pair.deltas[i]!, tensor })),
  ];
  if (entered.length > 0) {
    const isFresh = ({ member }: Segment) => sweep.members[member]!.base === null;
    for (const { key, tensor } of members) {
      scratch(ctx, tensor, D);
      // All rows of a sweep begin in the tables, or all in one earlier sweep.
      if (isFresh(entered[0]!)) embed(ctx, key, tensor, entered);
      else load(ctx, key, tensor, stage, entered);
    }
  }
  if (ctx.rows.count === 0) return false;
  for (const { key, tensor } of stage === 0 ? members : members.slice(1))
    touch(ctx, key, rowSlot(ctx, tensor), { entering: stage });
  return true;
}

function load(ctx: Ctx, key: string, tensor: string, stage: number, entered: readonly Segment[]): void {
  const { first } = entered[0]!;
  const kept = ctx.earlier(ctx.sweep.baseSweep!, key);
  const name = `enter.${stage}.${kept.rows}`;
  const by = { name, rows: ctx.rows.count - first, table: () => baseRows(ctx, kept, entered, first), first };
  const to = { tensor, stride: ctx.spec.dModel, col: 0 };
  copyRows(ctx, `enter ${key}`, by, [kept.slot, to], ctx.spec.dModel);
}

/** For the rows from `first` on, their rows in the base. */
function baseRows(ctx: Ctx, kept: Kept, entered: readonly Segment[], first: number): Uint32Array {
  const out = new Uint32Array(ctx.rows.count - first);
  for (const segment of entered) {
    const member = ctx.sweep.members[segment.member]!;
    const samples = samplesOf(member);
    const n = segment.positions.length;
    for (let i = 0; i < n; i++) {
      let { first: row, step } = placeFor(kept, member.base!, member, segment.positions[i]!);
      let at = segment.first - first + i;
      for (let s = 0; s < samples; s++) {
        out[at] = row;
        at += n;
        row += step;
      }
    }
  }
  return out;
}

/** Looks up rows of an embedding table: by token, by position, or the single token type. */
function embed(ctx: Ctx, key: string, tensor: string, entered: readonly Segment[]): void {
  const { spec, rows } = ctx;
  const { weight, length, scale, at } = embedding(ctx, key);
  const pairs = new Words(2 * rows.count);
  for (const { member, positions } of entered) {
    const of = ctx.sweep.members[member]!;
    // Rows come sample by sample.
    for (const [i, row] of rowsOf(rows, of, positions).entries()) {
      pairs.u32(row);
      pairs.u32(at(of, positions[i % positions.length]!));
    }
  }
  const id = table(ctx, key, () => pairs.data);
  for (const chunk of chunksOf(ctx, weight, length, spec.dModel)) {
    dispatchWeighted(ctx, 'embed', {
      label: key,
      buffers: [id, chunk.tensor, tensor],
      params: {
        row0: 0,
        rows: pairs.length / 2,
        width: spec.dModel,
        scale,
        srcBase: chunk.first,
        srcRows: chunk.rows,
      },
    });
  }
}

interface Embedding {
  readonly weight: string;
  /** Rows of the table. */
  readonly length: number;
  readonly scale: number;
  /** The table's row for a position of a member. */
  readonly at: (member: Member, position: number) => number;
}

function embedding({ spec }: Ctx, key: string): Embedding {
  const { nEmbeddings, nTokenTypes, nCtx, positions } = spec;
  if (key === 'hook_embed') {
    const at: Embedding['at'] = ({ run }, t) => run.tokens[t]!;
    return { weight: 'embed.W_E', length: nEmbeddings, scale: spec.embedScale, at };
  }
  if (key === 'hook_token_type_embed')
    return { weight: 'embed.W_token_type', length: nTokenTypes, scale: 1, at: () => 0 };
  const offset = positions.kind === 'learned' ? positions.offset : 0;
  const at: Embedding['at'] = ({ run }, t) => run.positions[t]! + offset;
  return { weight: 'pos_embed.W_pos', length: nCtx + offset, scale: 1, at };
}
