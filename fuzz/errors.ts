/**
 * Whose sentence is it? A refusal is one that this project wrote: thrown by its own code, of its own classes, in the
 * form *where: what is wrong...*. Everything else is foreign: the engine's own errors, a library's, our bugs.
 */

/** Classes that code of this project throws for what comes from outside. */
const OWN_CLASSES = ['Error', 'DamagedFileError', 'UnreachableError', 'InputError', 'MisalignedError'];
/** What JavaScript engines and libraries say; also when a sentence of ours quotes it. */
const FOREIGN_WORDS =
  /Cannot read prop|Cannot set prop|(?<!something that )is not a function|is not iterable|is not defined|is not a constructor|Maximum call stack|Invalid array length|Invalid string length|Invalid typed array|Invalid regular expression|out of memory|Array buffer allocation|Cannot (?:convert|mix)|\[object /;
const FORM = /^[^:\n][^:]{0,300}: \S/;
/** Long values are cut; a sentence longer than this echoes one. */
const LONGEST = 1200;

/** Why an error is none of this project's sentences; null for one that is. `ours`: the folder that our code runs from. */
export function whyForeign(error: unknown, ours: string): string | null {
  if (!(error instanceof Error)) return `thrown value is no Error: ${String(error)}`;
  const { message } = error;
  const kind = error.constructor.name;
  if (!OWN_CLASSES.includes(kind)) return `${kind}: ${message}`;
  if (message.startsWith('internal:')) return message;
  if (message.length > LONGEST) return `a sentence of ${message.length} characters: ${message.slice(0, 200)}`;
  if (!FORM.test(message)) return `not 'where: what': ${message}`;
  if (FOREIGN_WORDS.test(message)) return `words of another program: ${message}`;
  const origin = originOf(error);
  if (!origin.includes(ours)) return `thrown in ${origin}: ${message}`;
  return null;
}

/** The first line of a stack that names a place. */
function originOf({ stack = '' }: Error): string {
  const line = stack.split('\n').find((one) => /^\s+at /.test(one) && !/ at new \w*Error/.test(one));
  return line?.trim() ?? 'an unknown place';
}
