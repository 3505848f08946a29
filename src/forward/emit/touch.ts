/** What happens at a hook site once its tensor is complete. */
import { beforeKey } from './backward/keeps';
import { capture } from './captures';
import type { Ctx, TouchOptions } from './context';
import type { Slot } from './slots';
import { keepDeltas } from './deltas';
import { applyEdits } from './edits';
import { keep } from './keep';
import { samplesOf } from './rows';

/** Called when a site's tensor is complete: applies edits, then callbacks, then serves readers. */
export function touch(ctx: Ctx, key: string, slot: Slot, options: TouchOptions = {}): void {
  if (ctx.before) keep(ctx, beforeKey(key), slot);
  applyEdits(ctx, key, slot, options);
  for (const { member, callback } of ctx.sites.callbacks.get(key) ?? [])
    for (let s = 0; s < samplesOf(member); s++) {
      const offsets = member.run.tokens.map((_, t) => {
        const row = ctx.rows.first(member.index, t) + s * ctx.rows.step(member.index, t);
        return row * slot.stride + slot.col;
      });
      const { tensor, width } = slot;
      ctx.steps.push({ type: 'callback', label: key, tensor, offsets, width, fn: callback.fn });
    }
  capture(ctx, key, slot);
  keep(ctx, key, slot);
  keepDeltas(ctx, key, slot);
}
