/** Names of files that another file gives: they lie beside it, whatever the system makes of a name. */

const PLAIN = /^[\p{L}\p{N}_-][\p{L}\p{N}_. -]{0,199}$/u;
/** Windows opens a device under these names, with any ending, and leaves out dots and spaces at the end. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)/i;

/** Has no folder, drive, stream or device in it. */
export function isPlainName(name: string): boolean {
  return PLAIN.test(name) && !DEVICE.test(name) && !/[. ]$/.test(name);
}
