/**
 * Locates a document's tokens in its prompt. Documents hold token texts, not places, and tokenizers
 * may lower-case, add or drop spaces, or split characters, so texts are searched in order.
 */

/** Characters [begin, end) of the prompt; empty if the token is not found. */
export type TextRange = readonly [number, number];

/** Most characters that a tokenizer may drop before a token. */
const NEAR = 8;

/** A piece of a character, as bytes; older documents have U+FFFD. */
export const isPiece = (token: string): boolean => /<0x[0-9A-F]{2}>|\ufffd/.test(token);

/** One range per token, in order; `isAdded` tokens ([BOS], [CLS], [SEP]) are outside the prompt. */
export function placesOf(
  prompt: string,
  tokens: readonly string[],
  isAdded: (row: number) => boolean,
): TextRange[] {
  const folded = fold(prompt);
  let at = 0;
  const found = tokens.map((token, row): TextRange | null => {
    if (isAdded(row)) return [at, at];
    const text = fold(token.startsWith('##') && !prompt.startsWith('##', at) ? token.slice(2) : token);
    if (isPiece(token)) return null;
    // A space added by the tokenizer is not in the prompt.
    for (const spelled of [text, text.trimStart()]) {
      const begin = spelled === '' ? -1 : folded.indexOf(spelled, at);
      // Farther away, it is another word.
      if (begin < 0 || begin > at + NEAR) continue;
      at = begin + spelled.length;
      return [begin, at];
    }
    return null;
  });
  return found.map((range, i) => range ?? [endBefore(found, i), beginAfter(found, i, prompt.length)]);
}

/** Lower-cases each character separately, so indices stay valid. */
const fold = (text: string): string =>
  Array.from(text, (character) => {
    const lower = character.toLowerCase();
    return lower.length === character.length ? lower : character;
  }).join('');

const endBefore = (found: readonly (TextRange | null)[], i: number): number =>
  found.slice(0, i).findLast((range) => range !== null)?.[1] ?? 0;

const beginAfter = (found: readonly (TextRange | null)[], i: number, end: number): number =>
  found.slice(i + 1).find((range) => range !== null)?.[0] ?? end;
