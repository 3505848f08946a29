/**
 * The default subject: the last run of capitalised words, else the longest word other than the
 * last, else the whole prompt. It is a guess, and callers say so.
 */
import type { PromptToken, Span } from './subject';

/** Words that are capitalised only because they open the prompt. */
const OPENERS = new Set(
  'A An As At For He Her His How I If In It My On She That The There They This To We What When Where Which Who Why'.split(
    ' ',
  ),
);

/** What may join the words of one name. */
const WITHIN_NAME = /^(?:[\s.'’-]|\p{Pd})*$/u;

interface Word {
  readonly text: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * UTF-8 bytes [begin, end) of the prompt; null if it is blank.
 * @param special names of special tokens ('[MASK]'), which are not words.
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

/** The tokens of the default subject; all tokens if none hold it, null if there are none. */
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

/** The text with special tokens blanked out. */
function blanked(prompt: string, special: readonly string[]): string {
  return special
    .filter((name) => name !== '')
    .reduce((text, name) => text.replaceAll(name, ' '.repeat(name.length)), prompt);
}

/** Words of any script; Chinese, Japanese and Thai have no spaces between words. */
function wordsOf(text: string): Word[] {
  const segments = new Intl.Segmenter('en', { granularity: 'word' }).segment(text);
  return [...segments].flatMap(({ segment, index, isWordLike }) =>
    isWordLike ? [{ text: segment, begin: index, end: index + segment.length }] : [],
  );
}

/** The last run of capitalised words; null if there is none, or nothing else. */
function lastName(prompt: string, words: readonly Word[]): readonly [number, number] | null {
  const last = words.findLastIndex((word, i) => isName(word, i, words, prompt));
  if (last < 0) return null;
  let first = last;
  while (first > 0 && isCapitalised(words[first - 1]!) && isOneName(prompt, words, first - 1)) first--;
  return first === 0 && last === words.length - 1 ? null : [words[first]!.begin, words[last]!.end];
}

/** Capitalised, and not only as the first word. */
function isName(word: Word, i: number, words: readonly Word[], prompt: string): boolean {
  if (!isCapitalised(word)) return false;
  if (i > 0 || !OPENERS.has(word.text)) return true;
  return words.length > 1 && isCapitalised(words[1]!) && isOneName(prompt, words, 0);
}

const isCapitalised = ({ text }: Word): boolean => /^[\p{Lu}\p{Lt}]/u.test(text);

/** Only spaces, hyphens and the like between word i and the next. */
function isOneName(prompt: string, words: readonly Word[], i: number): boolean {
  return WITHIN_NAME.test(prompt.slice(words[i]!.end, words[i + 1]!.begin));
}

/** On ties the later word: the topic tends to come after the question word. */
function longestBeforeLast(words: readonly Word[]): readonly [number, number] | null {
  const length = ({ text }: Word) => [...text].length;
  const before = words.slice(0, -1);
  if (before.length === 0) return words.length === 0 ? null : [words[0]!.begin, words[0]!.end];
  const longest = before.reduce((best, word) => (length(word) >= length(best) ? word : best));
  return [longest.begin, longest.end];
}

/** The text without surrounding spaces. */
function wholeOf(prompt: string): readonly [number, number] {
  const begin = prompt.length - prompt.trimStart().length;
  return [begin, Math.max(begin, prompt.trimEnd().length)];
}
