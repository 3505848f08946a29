/** Numbers from text or a file, separated by commas, spaces, line breaks or brackets. */
import { quoted } from '../../../util/parse';

/** Throws one sentence with the first word that is not a number. */
export function numbersOf(text: string): number[] {
  const words = text.split(/[\s,;[\]]+/).filter((word) => word !== '');
  const wrong = words.find((word) => !Number.isFinite(Number(word)));
  if (wrong !== undefined)
    throw new Error(
      `These are not numbers, got ${quoted(wrong.slice(0, 30))}, expected numbers between commas or spaces.`,
    );
  return words.map(Number);
}
