/** The text of a dropped or chosen file. */
import { ANY_JSON } from '../util/bounds';

/** Rejects with one sentence, before reading, if it is too large for a Loci file. */
export async function fileText(file: string | File): Promise<string> {
  if (typeof file === 'string') return file;
  if (file.size > ANY_JSON.characters) {
    const [got, most] = [file.size, ANY_JSON.characters].map((bytes) => bytes.toLocaleString('en-US'));
    throw new Error(
      `${file.name}: is too large, got ${got} bytes, expected at most ${most}. It is not opened.`,
    );
  }
  return file.text();
}
