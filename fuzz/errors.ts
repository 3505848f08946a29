/**
 * Tells our refusals from other errors. A refusal is thrown by our own code, with our own classes,
 * in the form *where: what is wrong...*. Everything else is foreign: the engine's errors, a
 * library's, our bugs.
 */

/** Classes that this project's code throws for outside input. */
const OWN_CLASSES = ['Error', 'DamagedFileError', 'UnreachableError', 'InputError', 'MisalignedError'];
/** Wording of JavaScript engines and libraries, even if quoted in our sentence. */
const FOREIGN_WORDS =
  /Cannot read prop|Cannot set prop|(?<!something that )is not a function|is not iterable|is not defined|is not a constructor|Maximum call stack|Invalid array length|Invalid string length|Invalid typed array|Invalid regular expression|out of memory|Array buffer allocation|Cannot (?:convert|mix)|\[object /;
const FORM = /^[^:\n][^:]{0,300}: \S/;
/** Long values are cut, so a longer sentence must echo one. */
const LONGEST = 1200;

/** Why an error is foreign; null for our own. `ours`: the folder that our code runs from. */
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

/** The first stack line with a location. */
function originOf({ stack = '' }: Error): string {
  const line = stack.split('\n').find((one) => /^\s+at /.test(one) && !/ at new \w*Error/.test(one));
  return line?.trim() ?? 'an unknown place';
}
