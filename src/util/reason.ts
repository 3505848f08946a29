/** Why a library rejected something, to quote in our own sentence. */

const LONGEST = 150;

/** Jinja's version of a JavaScript error: `'UndefinedValue' object is not iterable`. */
const OF_A_LIBRARY = /\b[A-Z]\w*Value\b|is not (?:iterable|a function|defined)/;

/**
 * The library's message on one line, cut; for a regular expression error, without the pattern.
 * JavaScript's own messages (a missing value, a stack overflow) say nothing about the file, so ours
 * replace them.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'it asks for too much';
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError || error instanceof ReferenceError || OF_A_LIBRARY.test(message))
    return 'it uses a missing value';
  const said = message.replace(/^Invalid regular expression: .*: /s, '').replace(/\s+/g, ' ');
  return said.length > LONGEST ? `${said.slice(0, LONGEST - 3)}...` : said;
}
