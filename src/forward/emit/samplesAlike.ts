/**
 * Samples that differ in their seeds alone: a Jacobian's rows. The forward pass is computed for one
 * of them. What it kept is repeated for all before the backward pass, which needs a row per sample.
 */
import type { Sweep } from '../plan/sweep';
import { allEdits } from '../request/resolved';
import { type Ctx, copyRows, declare, table } from './context';
import { placesIn } from './keep';
import { openKeys } from './keys';
import { RowMap, samplesOf, sequencesOf } from './rows';

/** Whether no sample of this sweep changes or shows anything before its backward pass. */
export function areSamplesAlike({ members, references }: Sweep): boolean {
  return (
    members.some((member) => samplesOf(member) > 1) &&
    references.length === 0 &&
    members.every(({ run }) => run.gradients && allEdits(run).length === 0 && !isShown(run))
  );
}

const isShown = ({ captures, callbacks, metric }: Sweep['members'][number]['run']): boolean =>
  captures.length > 0 || callbacks.length > 0 || metric !== null;

/** The sweep with the first sample of each member; its tensors have room for all. */
export const firstSamples = (sweep: Sweep): Sweep => ({
  ...sweep,
  members: sweep.members.map((member) => ({ ...member, end: member.begin + 1 })),
});

/** From a context of first samples to one of the whole sweep: rows, and the tensors that were kept. */
export function forAllSamples(one: Ctx, sweep: Sweep): Ctx {
  const rows = new RowMap('table.rows.samples', sweep.members, sweep.T, sweep.rows);
  for (const { member, positions } of sweep.entering.flat()) rows.append(member, positions);
  const keys = openKeys(sweep, one.keys.version + 1);
  const ctx: Ctx = { ...one, sweep, rows, keys, kept: new Map() };
  table(ctx, 'rows.samples', () => rows.data);
  const name = `samples.${sequencesOf(sweep)}`;
  const by = { name, rows: rows.count, table: () => sources(one.rows, rows, sweep), first: 0 };
  for (const [key, kept] of one.kept) {
    const { stride, tensor } = kept.slot;
    const all = declare(ctx, `samples.${sweep.index}.${key}`, 'cache', rows.count * stride);
    const whole = { stride, col: 0 };
    copyRows(
      ctx,
      `${key} of all samples`,
      by,
      [
        { ...whole, tensor },
        { ...whole, tensor: all },
      ],
      stride,
    );
    const slot = { ...kept.slot, tensor: all };
    ctx.kept.set(key, { key, slot, rows: `${rows.table}.${rows.count}`, at: placesIn(rows) });
  }
  return ctx;
}

/** For every row the row of its member's first sample. */
function sources(from: RowMap, rows: RowMap, { members }: Sweep): Uint32Array {
  const out = new Uint32Array(rows.count);
  for (const { member, positions, first } of rows.segments) {
    const one = positions.map((t) => from.first(member, t));
    for (let s = 0; s < samplesOf(members[member]!); s++) out.set(one, first + s * one.length);
  }
  return out;
}
