/**
 * Added tokens: names such as '<|endoftext|>' or '[MASK]' that are one token wherever they stand in the text. Names
 * that are not normalised are found in the text as typed, the others in the normalised text; the longest name wins.
 * Source: AddedVocabulary of Hugging Face's `tokenizers`.
 */
import { z } from 'zod';
import { place, type Placed, slice } from './placed';
import type { Normalizer } from './normalize';

/** Characters of a name. All names together are one regular expression, which engines do not take at any length. */
const MAX_NAME = 4096;

export const addedToken = z.looseObject({
  id: z
    .number()
    .int()
    .min(0)
    .max(2 ** 24),
  content: z.string().min(1).max(MAX_NAME),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  special: z.boolean().default(false),
  normalized: z.boolean().optional(),
});

export type AddedToken = z.output<typeof addedToken>;

/** A stretch of text: an added token, or text that is still to be split. */
export interface Section {
  readonly placed: Placed;
  readonly added: AddedToken | null;
}

/** Normalised sections of a prompt, empty ones left out. */
export function loadAddedTokens(
  tokens: readonly AddedToken[],
  normalize: Normalizer,
): (prompt: Placed) => Section[] {
  const isNormalized = (token: AddedToken) => token.normalized ?? !token.special;
  const raw = finder(tokens.filter((token) => !isNormalized(token)).map((token) => [token.content, token]));
  const normal = finder(
    tokens.filter(isNormalized).map((token) => [normalize(place(token.content)).text, token]),
  );
  return (prompt) =>
    raw(prompt).flatMap((section) => (section.added ? [section] : normal(normalize(section.placed))));
}

function finder(names: readonly (readonly [string, AddedToken])[]): (placed: Placed) => Section[] {
  const byName = new Map(names.filter(([name]) => name !== ''));
  const longestFirst = [...byName.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escaped).join('|') || '(?!)', 'gu');
  return (placed) => {
    const sections: Section[] = [];
    let at = 0;
    const push = (end: number, added: AddedToken | null) => {
      if (end > at) sections.push({ placed: slice(placed, at, end), added });
      at = Math.max(at, end);
    };
    for (const match of placed.text.matchAll(pattern)) {
      const added = byName.get(match[0])!;
      const [before, after] = [
        placed.text.slice(at, match.index),
        placed.text.slice(match.index + match[0].length),
      ];
      if (added.single_word && (/[\p{L}\p{M}\p{N}_]$/u.test(before) || /^[\p{L}\p{M}\p{N}_]/u.test(after)))
        continue;
      push(match.index - (added.lstrip ? /\p{White_Space}*$/u.exec(before)![0].length : 0), null);
      const spaces = added.rstrip ? /^\p{White_Space}*/u.exec(after)![0].length : 0;
      push(match.index + match[0].length + spaces, added);
    }
    push(placed.text.length, null);
    return sections;
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}
