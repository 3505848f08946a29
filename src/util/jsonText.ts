/** JSON's punctuation, for scans that precede a parser. */

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const LIST = 0x5b;
export const LIST_END = 0x5d;
export const OBJECT = 0x7b;
export const OBJECT_END = 0x7d;
const BACKSLASH = 0x5c;

/**
 * Index of the quote that ends the string whose first character is at `from`, or the text's length
 * if none does.
 */
export function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let begin = quote;
    while (begin > from && text.charCodeAt(begin - 1) === BACKSLASH) begin--;
    if ((quote - begin) % 2 === 0) return quote;
  }
  return text.length;
}
