/**
 * Limits a snippet's size after compilation: arrays, nesting, literals. Drivers lay out arrays
 * value by value, and one of 16,384 stalls compilation for most of a minute. So array sizes must be
 * literals, with few values in total.
 */

export interface Token {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

export type Fail = (line: number, what: string) => never;

/** Most values in all arrays, counted at each mention, since each one copies them. */
const MOST_VALUES = 64;
/** Deepest nesting of brackets. */
const DEEPEST = 32;
/** Most characters of a number. */
const LONGEST_NUMBER = 40;

const OPENING = ['(', '[', '{'];
const CLOSING = [')', ']', '}'];

/** Throws if the snippet is too large, else returns the number of array values at each token. */
export function checkSize(tokens: readonly Token[], fail: Fail): ReadonlyMap<number, number> {
  const arrays = new Map<number, number>();
  let depth = 0;
  let values = 0;
  for (let at = 0; at < tokens.length; at++) {
    const { text, line } = tokens[at]!;
    if (OPENING.includes(text) && ++depth > DEEPEST)
      fail(line, `got more than ${DEEPEST} brackets within one another, expected fewer.`);
    if (CLOSING.includes(text)) depth--;
    if (/^\d/.test(text) && text.length > LONGEST_NUMBER)
      fail(line, `got a number of ${text.length} characters, expected at most ${LONGEST_NUMBER}.`);
    if (text !== 'array') continue;
    const type = sizeOfType(tokens, at, fail);
    values += type.values;
    arrays.set(at, type.values);
    if (values > MOST_VALUES)
      fail(
        line,
        `got arrays of ${values.toLocaleString('en-US')} values, expected at most ${MOST_VALUES} in all.`,
      );
    at = type.end - 1;
  }
  return arrays;
}

interface Type {
  readonly values: number;
  /** Index after its last token. */
  readonly end: number;
}

/** The type that begins at a token; arrays are 'array<type, number>'. */
function sizeOfType(tokens: readonly Token[], at: number, fail: Fail): Type {
  const { text, line } = tokens[at] ?? tokens.at(-1)!;
  const next = (i: number) => tokens[i]?.text;
  if (text === 'array') {
    if (next(at + 1) !== '<') fail(line, "got an array without its type, expected 'array<f32, 8>'.");
    const inner = sizeOfType(tokens, at + 2, fail);
    const size = next(inner.end + 1) ?? '';
    const isWritten = next(inner.end) === ',' && /^(\d{1,9}|0x[\da-f]{1,7})[iu]?$/i.test(size);
    if (!isWritten || next(inner.end + 2) !== '>')
      fail(line, "got an array whose size is not a number, expected 'array<f32, 8>'.");
    return { values: inner.values * Number(size.replace(/[iu]$/, '')), end: inner.end + 3 };
  }
  const [, rows = '1', columns = '1'] = /^(?:vec|mat)([2-4])(?:x([2-4]))?/.exec(text) ?? [];
  const values = Number(rows) * Number(columns);
  return { values, end: next(at + 1) === '<' ? at + 4 : at + 1 };
}
