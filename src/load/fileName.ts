/** Names of files that another file gives: they lie beside it, whatever the system makes of a name. */
import { DEVICE } from '../util/code/fileName';

const PLAIN = /^[\p{L}\p{N}_-][\p{L}\p{N}_. -]{0,199}$/u;

/** Has no folder, drive, stream or device in it, nor a dot or blank at its end, which Windows leaves out. */
export function isPlainName(name: string): boolean {
  return PLAIN.test(name) && !DEVICE.test(name) && !/[. ]$/.test(name);
}
