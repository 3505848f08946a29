/** Tensors that outlive the step that made them: kept for later sweeps, or for this sweep's own cuts. */
import type { Member } from '../plan/sweep';
import { type Ctx, copyWhole, declare, type Kept, type Slot } from './context';
import type { Place, RowMap } from './rows';

export function isKept({ sweep }: Ctx, key: string): boolean {
  return sweep.cached.has(key) || sweep.recalled.has(key);
}

/** A tensor of this sweep that was kept. */
export function own({ kept, sweep }: Ctx, key: string): Kept {
  const found = kept.get(key);
  if (!found) throw new Error(`internal: sweep ${sweep.index} reads its own ${key}, which was not kept.`);
  return found;
}

/** Copies a whole tensor aside if something reads it later. */
export function keep(ctx: Ctx, key: string, slot: Slot): void {
  if (!isKept(ctx, key)) return;
  const { sweep, rows } = ctx;
  const isForLater = sweep.cached.has(key);
  const tensor = isForLater ? `cache.${sweep.index}.${key}` : `own.${key}`;
  declare(ctx, tensor, isForLater ? 'cache' : 'scratch', rows.count * slot.stride);
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
