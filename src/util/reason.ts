/** Why a library refused something, for a sentence of our own. */

const LONGEST = 150;

/**
 * What it said, on one line and cut; a pattern's fault without the pattern. Where the words are JavaScript's (a value that is
 * not there, a stack that is full) they say nothing of the file, so ours are taken.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'it asks for too much';
  if (error instanceof TypeError || error instanceof ReferenceError) return 'it uses what is not there';
  const message = error instanceof Error ? error.message : String(error);
  const said = message.replace(/^Invalid regular expression: .*: /s, '').replace(/\s+/g, ' ');
  return said.length > LONGEST ? `${said.slice(0, LONGEST - 3)}...` : said;
}
