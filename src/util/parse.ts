/** Outside input -> typed values, or one sentence: *where: what is wrong, got X, expected Y.* */
import { ANY_JSON, type JsonBounds } from './bounds';
import { z } from 'zod';
import { COMMA, endOfString, LIST, LIST_END, OBJECT, OBJECT_END, QUOTE } from './jsonText';
import { cut, visible } from './visible';

/** Checks `json` by `schema`. Throws an Error with the first problem; `where` names the source. */
export function parseWith<S extends z.ZodType>(schema: S, json: unknown, where: string): z.output<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new Error(issueSentence(result.error.issues[0]!, json, where));
}

/**
 * An object whose keys come from outside, as a Map. A record schema would drop '__proto__' and take
 * seconds for a quarter of a million keys.
 */
export function tableOf<S extends z.ZodType>(entry: S) {
  return z
    .custom<Readonly<Record<string, unknown>>>(isObject, 'wrong value')
    .transform((object, context): ReadonlyMap<string, z.output<S>> => {
      const table = new Map<string, z.output<S>>();
      for (const [name, value] of Object.entries(object)) {
        const checked = entry.safeParse(value);
        if (!checked.success) {
          const issue = checked.error.issues[0]!;
          context.issues.push({ ...issue, path: [name, ...issue.path], input: value } as z.core.$ZodRawIssue);
          return z.NEVER;
        }
        table.set(name, checked.data);
      }
      return table;
    });
}

const isObject = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** JSON text -> value. Its size is checked before it is parsed. Throws an Error naming `where`. */
export function parseJson(text: string, where: string, bounds: JsonBounds = ANY_JSON): unknown {
  checkSize(text, where, bounds);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      `${where}: is not valid JSON, got ${shown(text.slice(0, 100))}. The file is damaged or is something else.`,
    );
  }
}

/** Counts brackets and commas in one pass, skipping strings. Invalid JSON is left to the parser. */
function checkSize(
  text: string,
  where: string,
  { characters, values, depth, text: longest }: JsonBounds,
): void {
  const refuse = (what: string, got: string, most: number): never => {
    throw new Error(
      `${where}: is ${what}, got ${got}, expected at most ${most.toLocaleString('en-US')}. It is not opened.`,
    );
  };
  if (text.length > characters)
    refuse('too large', `${text.length.toLocaleString('en-US')} characters`, characters);
  let [open, count] = [0, 1];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(text, i + 1);
      if (end - i - 1 > longest)
        refuse('too large', `a text of ${(end - i - 1).toLocaleString('en-US')} characters`, longest);
      i = end;
    } else if (code === LIST || code === OBJECT) {
      count++;
      if (++open > depth) refuse('nested too deeply', `more than ${depth} levels`, depth);
    } else if (code === LIST_END || code === OBJECT_END) open--;
    else if (code === COMMA) count++;
    if (count > values) refuse('too large', `more than ${values.toLocaleString('en-US')} values`, values);
  }
}

const LONGEST_VALUE = 60;
const LONGEST_NAME = 200;

/** A value as shown in a message: one line of JSON, cut at 60 characters. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  // Serialises only the beginning of a long text.
  const short = typeof value === 'string' ? cut(value, LONGEST_VALUE) : value;
  return cut(visible(JSON.stringify(short) ?? String(value)), LONGEST_VALUE);
}

/** Outside text as shown in a message: quoted, on one line, cut at 200 characters. */
export function quoted(text: string): string {
  return `'${named(text)}'`;
}

/** As `quoted`, without the quotes: for a name at the start of a sentence or in a list. */
export function named(text: string): string {
  return cut(visible(cut(text, LONGEST_NAME)), LONGEST_NAME);
}

/** Outside names as a list in a message: the first six, then how many more. */
export function listed(names: readonly string[]): string {
  const rest = names.length - MOST_LISTED;
  return [...names.slice(0, MOST_LISTED).map(named), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

const MOST_LISTED = 6;

/** One zod issue as a sentence; the offending value is looked up in `json`. */
export function issueSentence(issue: z.core.$ZodIssue, json: unknown, where: string): string {
  const place = issue.path.length === 0 ? where : `${where}: ${pathText(issue.path)}`;
  if (issue.code === 'unrecognized_keys') return `${place}: unknown field, got ${shown(issue.keys[0])}.`;
  const got = shown(issue.path.reduce<unknown>((value, key) => child(value, key), json));
  if (issue.code === 'custom') return `${place}: ${issue.message}, got ${got}.`;
  const isLost = got === 'null' && issue.code === 'invalid_type' && issue.expected === 'number';
  return `${place}: wrong value, got ${got}${isLost ? ' (what JSON makes of NaN)' : ''}, expected ${expectation(issue)}.`;
}

function child(value: unknown, key: PropertyKey): unknown {
  return value !== null && typeof value === 'object'
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${named(String(key))}`))
    .join('');
}

function expectation(issue: z.core.$ZodIssue): string {
  const unit = (origin: string) => ({ array: ' entries', string: ' characters' })[origin] ?? '';
  switch (issue.code) {
    case 'invalid_type':
      return { int: 'an integer', record: 'an object' }[issue.expected as string] ?? `type ${issue.expected}`;
    case 'invalid_value':
      return issue.values.map(shown).join(' or ');
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin)}`;
    default:
      return `something else (${issue.message})`;
  }
}
