/**
 * The subject that is traced where the question names none: the last run of capitalised words, else the longest word that is
 * not the last, else the whole prompt. It is a guess, so the caller says so.
 */
import type { PromptToken, Span } from './subject';

/** Capitalised for their place alone: one of these at the beginning of a prompt names nothing. */
const OPENERS = new Set(
  'A An As At For He Her His How I If In It My On She That The There They This To We What When Where Which Who Why'.split(
    ' ',
  ),
);

/** What may stand between the words of one name. */
const WITHIN_NAME = /^(?:[\s.'’-]|\p{Pd})*$/u;

interface Word {
  readonly text: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * UTF-8 bytes [begin, end) of the prompt; null if it has nothing but spaces.
 * @param special names of special tokens ('[MASK]'), which are no words though they stand in the text.
 */
export function defaultSubject(
  prompt: string,
  special: readonly string[] = [],
): readonly [number, number] | null {
  const words = wordsOf(blanked(prompt, special));
  const [begin, end] = lastName(prompt, words) ?? longestBeforeLast(words) ?? wholeOf(prompt);
  if (begin === end) return null;
  const bytes = (until: number) => new TextEncoder().encode(prompt.slice(0, until)).length;
  return [bytes(begin), bytes(end)];
}

/** The tokens that hold the default subject; all of the prompt's if none does, null if the prompt has none. */
export function defaultSpan(
  prompt: string,
  tokens: readonly PromptToken[],
  special: readonly string[] = [],
): Span | null {
  const [begin, end] = defaultSubject(prompt, special) ?? [0, 0];
  const own = (token: PromptToken) => token.bytes !== null && !special.includes(token.text);
  const holds = (token: PromptToken) => own(token) && token.bytes![0] < end && token.bytes![1] > begin;
  const which = tokens.some(holds) ? holds : own;
  const first = tokens.findIndex(which);
  return first < 0 ? null : { begin: first, end: tokens.findLastIndex(which) + 1 };
}

/** The same text with spaces where special tokens stand. */
function blanked(prompt: string, special: readonly string[]): string {
  return special
    .filter((name) => name !== '')
    .reduce((text, name) => text.replaceAll(name, ' '.repeat(name.length)), prompt);
}

/** Words of any script; Chinese, Japanese and Thai have no spaces between them. */
function wordsOf(text: string): Word[] {
  const segments = new Intl.Segmenter('en', { granularity: 'word' }).segment(text);
  return [...segments].flatMap(({ segment, index, isWordLike }) =>
    isWordLike ? [{ text: segment, begin: index, end: index + segment.length }] : [],
  );
}

/** The last run of capitalised words; null if there is none, or if it is all there is. */
function lastName(prompt: string, words: readonly Word[]): readonly [number, number] | null {
  const last = words.findLastIndex((word, i) => isName(word, i, words, prompt));
  if (last < 0) return null;
  let first = last;
  while (first > 0 && isCapitalised(words[first - 1]!) && isOneName(prompt, words, first - 1)) first--;
  return first === 0 && last === words.length - 1 ? null : [words[first]!.begin, words[last]!.end];
}

/** Capitalised, and not only because the sentence begins with it. */
function isName(word: Word, i: number, words: readonly Word[], prompt: string): boolean {
  if (!isCapitalised(word)) return false;
  if (i > 0 || !OPENERS.has(word.text)) return true;
  return words.length > 1 && isCapitalised(words[1]!) && isOneName(prompt, words, 0);
}

const isCapitalised = ({ text }: Word): boolean => /^[\p{Lu}\p{Lt}]/u.test(text);

/** Nothing but spaces, hyphens and the like stands between word i and the next. */
function isOneName(prompt: string, words: readonly Word[], i: number): boolean {
  return WITHIN_NAME.test(prompt.slice(words[i]!.end, words[i + 1]!.begin));
}

/** Of equally long ones the later: what a sentence is about stands behind what is asked of it. */
function longestBeforeLast(words: readonly Word[]): readonly [number, number] | null {
  const length = ({ text }: Word) => [...text].length;
  const before = words.slice(0, -1);
  if (before.length === 0) return words.length === 0 ? null : [words[0]!.begin, words[0]!.end];
  const longest = before.reduce((best, word) => (length(word) >= length(best) ? word : best));
  return [longest.begin, longest.end];
}

/** Everything but the spaces around it. */
function wholeOf(prompt: string): readonly [number, number] {
  const begin = prompt.length - prompt.trimStart().length;
  return [begin, Math.max(begin, prompt.trimEnd().length)];
}
