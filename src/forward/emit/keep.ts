import { type Ctx, copyWhole, declare } from './context';
import type { Kept, Slot } from './slots';
import type { RowMap } from './rows';

/** Whether later sweeps, or cuts of this sweep, read a tensor. */
export function isKept({ sweep }: Ctx, key: string): boolean {
  return sweep.cached.has(key) || sweep.recalled.has(key);
}

/** Copies a whole tensor if a later sweep reads it. */
export function keep(ctx: Ctx, key: string, slot: Slot): void {
  const { sweep, rows } = ctx;
  if (!sweep.cached.has(key)) return;
  const tensor = declare(ctx, `cache.${sweep.index}.${key}`, 'cache', rows.count * slot.stride);
  copyWhole(ctx, `keep ${key}`, slot.tensor, tensor, slot.stride);
  const rowsKept = `${rows.table}.${rows.count}`;
  ctx.kept.set(key, { key, slot: { ...slot, tensor }, rows: rowsKept, at: placesIn(rows) });
}

/** Rows that enter later have numbers from the current count on, and were not kept. */
export function placesIn(rows: RowMap): Kept['at'] {
  const { count } = rows;
  return ({ index }, position) => {
    const first = rows.first(index, position);
    return first < 0 || first >= count ? null : { first, step: rows.step(index, position) };
  };
}
