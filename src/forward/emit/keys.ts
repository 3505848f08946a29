/**
 * Where each sequence's keys are, for attention: in its own rows if present, otherwise in its
 * base's (or, while decoding, in the past's). A row is written once per member and position, with
 * the step from sample to sample.
 */
import { BASE_ROW } from '../../gpu/kernels/attention';
import type { Sweep } from '../plan/sweep';
import { type Ctx, type KeyTables, table } from './context';
import { placeFor } from './slots';
import { samplesOf, sequencesOf } from './rows';

/** u32 words per (member, position): the first sample's row, and the step. */
const KEY_WORDS = 2;

const blank = ({ members, T }: Sweep): Uint32Array => new Uint32Array(KEY_WORDS * members.length * T);

/** `version`: of the first table; tables of other sequences in the same steps have lower ones. */
export function openKeys(sweep: Sweep, version = 0): KeyTables {
  return { version, data: blank(sweep), listed: new Set() };
}

/** Ids of the tables read by attention of block l: per sequence, and per (member, position). */
export function keyTables(ctx: Ctx, l: number): { readonly sequences: string; readonly keys: string } {
  const { sweep, keys, rows } = ctx;
  const grown = rows.takeGrown();
  let fresh: Iterable<number> = grown;
  if ([...grown].some((m) => keys.listed.has(m))) {
    keys.version++;
    keys.data = blank(sweep);
    fresh = new Set([...keys.listed, ...grown]);
  }
  for (const m of fresh) {
    list(ctx, m, l);
    keys.listed.add(m);
  }
  return {
    sequences: table(ctx, `sequences.${sequencesOf(sweep)}`, () => sequenceTable(sweep)),
    keys: table(ctx, `keys.${keys.version}`, () => keys.data),
  };
}

/** Per sequence: index of its member's first key, and its sample. */
function sequenceTable(sweep: Sweep): Uint32Array {
  const { members, T } = sweep;
  const out = new Uint32Array(2 * sequencesOf(sweep));
  let at = 0;
  for (const [m, member] of members.entries())
    for (let s = 0; s < samplesOf(member); s++) {
      out[at++] = m * T;
      out[at++] = s;
    }
  return out;
}

function list(ctx: Ctx, m: number, l: number): void {
  const { sweep, rows, keys } = ctx;
  const member = sweep.members[m]!;
  const kept = sweep.baseSweep === null || !member.base ? null : ctx.earlier(sweep.baseSweep, `qkv.${l}`);
  let at = KEY_WORDS * m * sweep.T;
  for (let t = 0; t < sweep.T; t++, at += KEY_WORDS) {
    // Keys past the end of a shorter run have weight 0 but are read, so they need a valid row.
    const key = t < member.run.tokens.length ? t : 0;
    const own = rows.first(m, key);
    if (own >= 0) {
      keys.data[at] = own;
      keys.data[at + 1] = rows.step(m, key);
    } else if (sweep.past) keys.data[at] = (BASE_ROW | sweep.past.rowOf(m, key)) >>> 0;
    else if (kept) {
      const { first, step } = placeFor(kept, member.base!, member, key);
      keys.data[at] = (BASE_ROW | first) >>> 0;
      keys.data[at + 1] = step;
    }
  }
}
