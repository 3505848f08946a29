/**
 * Where each token of a document lies in its prompt. Documents hold the tokens' texts, not their places, and a tokenizer
 * may lower the case, put spaces in, drop some, or cut characters into pieces, so the texts are looked for one after
 * another.
 */

/** Characters [begin, end) of the prompt; empty where nothing of a token can be found in it. */
export type TextRange = readonly [number, number];

/** How many characters the tokenizer may have dropped before a token. */
const NEAR = 8;

/** A token that is a piece of a character: its bytes are written out; older documents have U+FFFD. */
export const isPiece = (token: string): boolean => /<0x[0-9A-F]{2}>|\ufffd/.test(token);

/** One range per token, in order; `isAdded` tokens ([BOS], [CLS], [SEP]) are not of the prompt. */
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
    // A space that the tokenizer put in before a word is not in the prompt.
    for (const spelled of [text, text.trimStart()]) {
      const begin = spelled === '' ? -1 : folded.indexOf(spelled, at);
      // Far away it would be another word.
      if (begin < 0 || begin > at + NEAR) continue;
      at = begin + spelled.length;
      return [begin, at];
    }
    return null;
  });
  return found.map((range, i) => range ?? [endBefore(found, i), beginAfter(found, i, prompt.length)]);
}

/** Lower case, character by character, so that places stay the same. */
const fold = (text: string): string =>
  Array.from(text, (character) => {
    const lower = character.toLowerCase();
    return lower.length === character.length ? lower : character;
  }).join('');

const endBefore = (found: readonly (TextRange | null)[], i: number): number =>
  found.slice(0, i).findLast((range) => range !== null)?.[1] ?? 0;

const beginAfter = (found: readonly (TextRange | null)[], i: number, end: number): number =>
  found.slice(i + 1).find((range) => range !== null)?.[0] ?? end;
