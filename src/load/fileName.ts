/** File names given by another file. They must name a file in the same folder on every system. */
import { DEVICE } from '../util/code/fileName';

const PLAIN = /^[\p{L}\p{N}_-][\p{L}\p{N}_. -]{0,199}$/u;

/** Whether it has no folder, drive, stream, device or final dot or blank, which Windows drops. */
export function isPlainName(name: string): boolean {
  return PLAIN.test(name) && !DEVICE.test(name) && !/[. ]$/.test(name);
}
