/** Finds the subject's tokens in the prompt, by bytes. */
import { isPiece } from '../../results/spelling';
import {
  canonical,
  type CharRange,
  charactersOf,
  differenceText,
  excerpt,
  hasHalf,
  lookAlike,
  placesBy,
  wholeCharacters,
} from './spelling';
import { maxOf, minOf } from '../../util/lists';
import { named, quoted } from '../../util/parse';

/** A token and its bytes of the prompt's UTF-8 text; null for BOS. */
export interface PromptToken {
  readonly id: number;
  readonly text: string;
  readonly bytes: readonly [number, number] | null;
}

export interface Span {
  readonly begin: number;
  readonly end: number;
}

/**
 * Token positions of `subject` ('X', or 'X#2' for its second occurrence). Accepts a canonically
 * equivalent spelling. Throws one sentence; never guesses.
 */
export function findSubject(prompt: string, tokens: readonly PromptToken[], subject: string): Span {
  const asked = parseSubject(prompt, subject.trim());
  if (asked.text === '') {
    throw new Error(
      'subject: is empty, expected words of the prompt. Mark the words whose meaning is to be hidden.',
    );
  }
  const spans = occurrences(prompt, asked.text).map((range) => ({
    range,
    ...cover(tokens, bytesOf(prompt, range)),
  }));
  if (spans.length === 0) throw new Error(notFound(prompt, tokens, asked.text));
  const list = () =>
    spans
      .map((span, i) => `#${i + 1} at tokens ${rangeText(span)} (${quoted(textUnder(prompt, tokens, span))})`)
      .join(', ');
  if (asked.occurrence === null && spans.length > 1) {
    throw new Error(
      `subject: ${quoted(asked.text)} occurs ${spans.length} times, got no choice between ${list()}. ` +
        `Ask for ${quoted(`${asked.text}#2`)}, or give the token range.`,
    );
  }
  const span = spans[(asked.occurrence ?? 1) - 1];
  if (!span) {
    throw new Error(
      `subject: there is no such occurrence, got #${asked.occurrence}, expected one of ${list()}.`,
    );
  }
  refuseStraddling(prompt, tokens, span, asked.text);
  return { begin: span.begin, end: span.end };
}

/** The prompt's own spelling of a subject typed differently; null if equal or ambiguous. */
export function ownSpelling(prompt: string, subject: string): { text: string; isSame: boolean } | null {
  const { text } = parseSubject(prompt, subject.trim());
  if (text === '' || prompt.includes(text)) return null;
  const same = placesBy(canonical, prompt, text);
  const places = same.length > 0 ? same : placesBy(lookAlike, prompt, text);
  const spellings = [...new Set(places.map(([begin, end]) => prompt.slice(begin, end)))];
  return spellings.length === 1 ? { text: spellings[0]!, isSame: same.length > 0 } : null;
}

/** The range widened by tokens that hold pieces of the same characters. */
export function wholeTokens(prompt: string, tokens: readonly PromptToken[], span: Span): Span {
  let now = span;
  for (;;) {
    const wider = cover(tokens, bytesOf(prompt, wholeCharacters(prompt, charsOf(prompt, tokens, now))));
    const next = { begin: Math.min(now.begin, wider.begin), end: Math.max(now.end, wider.end) };
    if (next.begin === now.begin && next.end === now.end) return now;
    now = next;
  }
}

/** Checks a typed range. Throws one sentence. */
export function checkRange({ begin, end }: Span, tokens: readonly PromptToken[]): Span {
  const T = tokens.length;
  const first = tokens.findIndex((token) => token.bytes !== null);
  if (!Number.isInteger(begin) || !Number.isInteger(end) || begin < 0 || begin >= end || end > T) {
    throw new Error(
      `subject range: wrong positions, got ${begin},${end}, expected begin,end with ${first} <= begin < end <= ${T}.`,
    );
  }
  const special = tokens.slice(begin, end).find((token) => token.bytes === null);
  if (special) {
    throw new Error(
      `subject range: holds ${named(special.text)}, which is not of the prompt, got ${begin},${end}, expected a begin of at least ${first}.`,
    );
  }
  return { begin, end };
}

/** 'Niger#2' -> the second 'Niger', unless the prompt itself says 'Niger#2'. */
function parseSubject(prompt: string, subject: string): { text: string; occurrence: number | null } {
  const match = /^(.*\S)\s*#(\d+)$/s.exec(subject);
  if (!match || prompt.includes(subject)) return { text: subject, occurrence: null };
  return { text: match[1]!, occurrence: Number(match[2]) };
}

/** Where the text occurs: exactly, else as canonically equivalent text. */
function occurrences(prompt: string, text: string): CharRange[] {
  const found: CharRange[] = [];
  // Half a character would match every character that begins or ends alike.
  if (hasHalf(text)) return found;
  for (let at = prompt.indexOf(text); at !== -1; at = prompt.indexOf(text, at + 1)) {
    found.push([at, at + text.length]);
  }
  return found.length > 0 ? found : placesBy(canonical, prompt, text);
}

function bytesOf(prompt: string, [begin, end]: CharRange): [number, number] {
  const length = (text: string) => new TextEncoder().encode(text).length;
  const from = length(prompt.slice(0, begin));
  return [from, from + length(prompt.slice(begin, end))];
}

/** Characters that begin in these tokens, and the one that holds their first byte. */
function charsOf(prompt: string, tokens: readonly PromptToken[], { begin, end }: Span): CharRange {
  const bytes = tokens.slice(begin, end).flatMap((token) => token.bytes ?? []);
  const [from, to] = [minOf(bytes), maxOf(bytes)];
  let at = 0;
  let [first, last] = [0, prompt.length];
  let byte = 0;
  for (const character of prompt) {
    const size = new TextEncoder().encode(character).length;
    if (byte <= from) first = at;
    byte += size;
    at += character.length;
    if (byte >= to) {
      last = at;
      break;
    }
  }
  return [first, last];
}

/** The smallest token range with all these bytes. */
export function cover(tokens: readonly PromptToken[], [begin, end]: readonly [number, number]): Span {
  const holds = (token: PromptToken) =>
    token.bytes !== null && token.bytes[0] < end && token.bytes[1] > begin;
  return { begin: tokens.findIndex(holds), end: tokens.findLastIndex(holds) + 1 };
}

function refuseStraddling(
  prompt: string,
  tokens: readonly PromptToken[],
  span: Span & { range: CharRange },
  subject: string,
): void {
  const [begin, end] = bytesOf(prompt, span.range);
  const first = tokens[span.begin]!;
  const last = tokens[span.end - 1]!;
  const before = new TextEncoder().encode(prompt).slice(first.bytes![0], begin);
  const straddling =
    new TextDecoder().decode(before).trim() !== '' ? first : last.bytes![1] > end ? last : null;
  if (!straddling) return;
  const whole = wholeTokens(prompt, tokens, span);
  const token = isPiece(straddling.text) ? 'one token' : `the token ${quoted(straddling.text)}`;
  throw new Error(
    `subject: ${token} holds more than the subject, got ${quoted(subject)}, expected whole tokens. ` +
      `Extend the subject to ${quoted(textUnder(prompt, tokens, whole).trim())}, or give the token range ${rangeText(whole)}.`,
  );
}

function notFound(prompt: string, tokens: readonly PromptToken[], text: string): string {
  const got = hasHalf(text) ? 'half of a character' : quoted(excerpt(text));
  return `subject: is not in the prompt, got ${got}, expected words of ${quoted(excerpt(prompt))}. ${hint(prompt, tokens, text)}`;
}

function hint(prompt: string, tokens: readonly PromptToken[], text: string): string {
  if (hasHalf(text)) {
    const halves = text.match(/\p{Surrogate}/gu) ?? [];
    const whole = charactersOf(prompt).find((one) => halves.some((half) => one.text.includes(half)));
    return whole ? `Extend it to ${quoted(whole.text)}.` : 'Copy whole characters, or give the token range.';
  }
  const own = ownSpelling(prompt, text);
  if (!own) return 'Copy it from the prompt.';
  if (own.text.toLowerCase() === text.toLowerCase()) return `The prompt has ${quoted(own.text)}.`;
  const [place] = placesBy(lookAlike, prompt, text);
  const range = place ? `, or give the token range ${rangeText(cover(tokens, bytesOf(prompt, place)))}` : '';
  return `The prompt has ${quoted(own.text)} (${differenceText(own.text, text)}). Copy it from the prompt${range}.`;
}

/** The prompt's text under these tokens, whole characters only. */
export function textUnder(prompt: string, tokens: readonly PromptToken[], span: Span): string {
  return prompt.slice(...wholeCharacters(prompt, charsOf(prompt, tokens, span)));
}

function rangeText({ begin, end }: Span): string {
  return `${begin},${end}`;
}
