/** Binary PPM and PGM pictures with 8 bits a channel: https://netpbm.sourceforge.net/doc/ppm.html. */
import { named } from '../../util/parse';
import type { Pixels } from '../../model/picture';
import { checkEdges } from './edges';

export const isPpm = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && (bytes[1] === 0x35 || bytes[1] === 0x36);

/** Throws one sentence for a file that is damaged or of another kind. */
export function decodePpm(name: string, bytes: Uint8Array): Pixels {
  const where = named(name);
  // A header is text of one byte a character; comments count as blanks.
  const text = new TextDecoder('latin1')
    .decode(bytes.subarray(0, 200))
    .replace(/#[^\n]*\n/g, (line) => ' '.repeat(line.length));
  const [head, kind, width, height, most] = /^(P[56])\s+(\d{1,6})\s+(\d{1,6})\s+(\d{1,6})\s/.exec(text) ?? [];
  if (head === undefined || Number(most) !== 255) {
    throw new Error(
      `${where}: is no PPM of 8 bits, got a largest value of ${most ?? 'nothing'}, expected a header with sizes and 255.`,
    );
  }
  const [w, h] = [Number(width), Number(height)];
  checkEdges(where, w, h);
  const channels = kind === 'P6' ? 3 : 1;
  const body = bytes.subarray(head.length);
  if (body.length < w * h * channels)
    throw new Error(
      `${where}: is cut off, got ${body.length} bytes, expected ${w * h * channels} for ${w} x ${h} pixels.`,
    );
  const data = new Uint8Array(3 * w * h);
  for (let i = 0; i < data.length; i++) data[i] = body[channels === 3 ? i : Math.floor(i / 3)]!;
  return { width: w, height: h, data };
}
