/** The text of a file that was dropped or chosen. */
import { ANY_JSON } from '../util/bounds';

/** Rejects with one sentence, before it is read, if it is larger than any file of Loci. */
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
