/** What happens at a hook site once the gradient of its values is complete. */
import type { Slot } from '../slots';
import { type Back, keyAt, show } from './back';
import { editsBack } from './edits';

/**
 * Shows the gradient of a site's values after its edits, then turns it into that of the values
 * before them.
 */
export function at(back: Back, name: string, slot: Slot): void {
  const key = keyAt(back, name);
  if (key === null) return;
  show(back, key, slot);
  editsBack(back, key, slot);
}
