/**
 * Added tokens: names such as '<|endoftext|>' or '[MASK]' that are one token anywhere in the text.
 * Unnormalised names are matched in the text as typed, the others in the normalised text; the
 * longest name wins. Source: AddedVocabulary of Hugging Face's `tokenizers`.
 */
import { z } from 'zod';
import { place, type Placed, slice, spacesBegin, spacesEnd } from './placed';
import { id } from './names';
import type { Normalizer } from './normalize';

/** Longest name in characters. All names form one regular expression of limited length. */
const MAX_NAME = 4096;

/** How an added token treats the text around it. */
export const addedFlags = {
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  special: z.boolean().default(false),
  normalized: z.boolean().optional(),
};

export const addedToken = z.looseObject({
  id,
  content: z.string().min(1).max(MAX_NAME),
  ...addedFlags,
});

export type AddedToken = z.output<typeof addedToken>;

/** A stretch of text: an added token, or text yet to be split. */
export interface Section {
  readonly placed: Placed;
  readonly added: AddedToken | null;
}

/** Splits a prompt into normalised sections, without empty ones. */
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
    const { text } = placed;
    for (const match of text.matchAll(pattern)) {
      const added = byName.get(match[0])!;
      const end = match.index + match[0].length;
      if (added.single_word && (endsInWord(text, match.index, at) || beginsInWord(text, end))) continue;
      push(added.lstrip ? spacesBegin(text, match.index, at) : match.index, null);
      push(added.rstrip ? spacesEnd(text, end) : end, added);
    }
    push(placed.text.length, null);
    return sections;
  };
}

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{M}\p{N}_]/u.test(character);

/** Whether the last character of [from, end) belongs to a word. */
function endsInWord(text: string, end: number, from: number): boolean {
  return isWord([...text.slice(Math.max(from, end - 2), end)].at(-1));
}

function beginsInWord(text: string, begin: number): boolean {
  return isWord([...text.slice(begin, begin + 2)][0]);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}
