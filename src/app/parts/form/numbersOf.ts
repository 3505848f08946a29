/** Numbers from text or a file, separated by commas, spaces, line breaks or brackets. */
import { MOST } from '../../../util/bounds';
import { quoted } from '../../../util/parse';
import { npyOf } from './npyOf';

/** Characters of a number with its separator, at most. */
const LONGEST = 64;

/** Of text, or of NumPy's .npy. Rejects with one sentence, before reading, if it is too large. */
export async function numbersOfFile(file: File): Promise<number[]> {
  if (file.size > LONGEST * MOST.entries)
    throw new Error(
      `numbers: the file is too large, got ${file.size} bytes, expected at most ${LONGEST * MOST.entries}.`,
    );
  const bytes = new Uint8Array(await file.arrayBuffer());
  return npyOf(bytes) ?? numbersOf(new TextDecoder().decode(bytes));
}

/** Throws one sentence: with the first word that is not a number, or with the bound. */
export function numbersOf(text: string): number[] {
  if (text.length > LONGEST * MOST.entries)
    throw new Error(
      `numbers: are too long, got ${text.length} characters, expected at most ${LONGEST * MOST.entries}.`,
    );
  const words = text.split(/[\s,;[\]]+/).filter((word) => word !== '');
  const wrong = words.find((word) => !Number.isFinite(Number(word)));
  if (wrong !== undefined)
    throw new Error(
      `numbers: one is not a number, got ${quoted(wrong.slice(0, 30))}, expected numbers between commas or spaces.`,
    );
  if (words.length > MOST.entries)
    throw new Error(`numbers: are too many, got ${words.length}, expected at most ${MOST.entries}.`);
  return words.map(Number);
}
