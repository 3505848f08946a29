/** What happens at a hook site once the gradient of its values is complete. */
import { canonicalKey, findSite } from '../../../model/sites';
import { captureAll } from '../captures';
import type { Slot } from '../slots';
import { addTo, type Back } from './back';
import { editsBack } from './edits';

/**
 * Shows the gradient of a site's values after its edits, then turns it into that of the values
 * before them. Once per tensor: another name of the same site does nothing.
 */
export function at(back: Back, name: string, slot: Slot): void {
  const { spec } = back.ctx;
  if (canonicalKey(spec, findSite(spec, name)) !== name) return;
  show(back, name, slot);
  editsBack(back, name, slot);
}

/** Adds what arrives at a site past the model's own path, and serves those who asked for the sum. */
export function show({ ctx, asked, arrived }: Back, key: string, slot: Slot): void {
  const more = arrived.get(key);
  if (more) addTo(ctx, `arrived ${key}`, more, slot, slot.width);
  captureAll(ctx, `gradient.${key}`, asked.get(key) ?? [], slot);
}
