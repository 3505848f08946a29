/** Why a library refused something, for a sentence of our own. */

const LONGEST = 150;

/** Jinja's words for what JavaScript would say: `'UndefinedValue' object is not iterable`. */
const OF_A_LIBRARY = /\b[A-Z]\w*Value\b|is not (?:iterable|a function|defined)/;

/**
 * What it said, on one line and cut; a pattern's fault without the pattern. Where the words are JavaScript's (a value that is
 * not there, a stack that is full) they say nothing of the file, so ours are taken.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'it asks for too much';
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError || error instanceof ReferenceError || OF_A_LIBRARY.test(message))
    return 'it uses what is not there';
  const said = message.replace(/^Invalid regular expression: .*: /s, '').replace(/\s+/g, ' ');
  return said.length > LONGEST ? `${said.slice(0, LONGEST - 3)}...` : said;
}
