/** A picture's file to pixels, by its first bytes. */
import { named } from '../../util/parse';
import type { Pixels } from '../../model/picture';
import { decodePng, isPng } from './png';
import { decodePpm, isPpm } from './ppm';

/** Throws one sentence for a file of another kind. */
export function decodePicture(name: string, bytes: Uint8Array): Pixels {
  if (isPng(bytes)) return decodePng(name, bytes);
  if (isPpm(bytes)) return decodePpm(name, bytes);
  const begin = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new Error(
    `${named(name)}: is no picture that can be read, got a file that begins with ${begin || 'nothing'}, expected PNG or PPM.`,
  );
}
