/**
 * Makes outside text safe to show: nothing in it moves a cursor, ends a line or changes the reading
 * direction.
 */

/** Control characters (C0, DEL, C1), line separators, direction marks and lone surrogates. */
const INVISIBLE = /[\p{Cc}\u061c\u200e\u200f\ufeff\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line, with invisible characters escaped as in JSON ('\n', '\u001b'). Keeps JSON valid. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (c) => SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * At most `most` UTF-16 units; the last three are '...' if anything is cut. No character is split.
 */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 3).replace(/[\ud800-\udbff]$/, '')}...`;
}

/**
 * Spaces as '·', line breaks as '↵', tabs as '⇥', other control characters as '␀'.. or escaped; '∅'
 * for an empty token.
 */
export function visibleToken(text: string): string {
  if (text === '') return '∅';
  const signs: Record<string, string> = { ' ': '·', '\n': '↵', '\t': '⇥', '\u007f': '␡' };
  // Unicode has a picture of each ASCII control character, in their order.
  const picture = (c: string) => (c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : c);
  return visible(Array.from(text, (c) => signs[c] ?? picture(c)).join(''));
}

/** Token text for use in a sentence: without the leading space. */
export function wordOf(text: string): string {
  return visibleToken(text.trim() === '' ? text : text.trim());
}
