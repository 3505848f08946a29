/** Tensors that outlive their sweep. */
import type { Member } from '../plan/sweep';
import { type Ctx, copyWhole, declare, type Kept, type Slot } from './context';
import type { Place, RowMap } from './rows';

/** Whether later sweeps read a tensor, or this sweep's own cuts. */
export function isKept({ sweep }: Ctx, key: string): boolean {
  return sweep.cached.has(key) || sweep.recalled.has(key);
}

/** Copies a whole tensor aside if a later sweep reads it. */
export function keep(ctx: Ctx, key: string, slot: Slot): void {
  const { sweep, rows } = ctx;
  if (!sweep.cached.has(key)) return;
  const tensor = declare(ctx, `cache.${sweep.index}.${key}`, 'cache', rows.count * slot.stride);
  copyWhole(ctx, `keep ${key}`, slot.tensor, tensor, slot.stride);
  const rowsKept = `${rows.table}.${rows.count}`;
  ctx.kept.set(key, { key, slot: { ...slot, tensor }, rows: rowsKept, at: placesIn(rows) });
}

/** Rows that enter later have numbers from today's count on, and were not kept. */
function placesIn(rows: RowMap): Kept['at'] {
  const { count } = rows;
  return ({ index }, position) => {
    const first = rows.first(index, position);
    return first < 0 || first >= count ? null : { first, step: rows.step(index, position) };
  };
}

/**
 * Rows of `from`, kept earlier, that the samples of `reader` read at a position: sample by sample, or all of them the one
 * sequence of a run without samples.
 */
export function placeFor(kept: Kept, from: Member, reader: Member, position: number): Place {
  const place = kept.at(from, position);
  if (!place)
    throw new Error(`internal: ${kept.key} of run '${from.run.id}' at position ${position} was not kept.`);
  if (from.run.samples === null) return { first: place.first, step: 0 };
  return { first: place.first + (reader.begin - from.begin) * place.step, step: place.step };
}
