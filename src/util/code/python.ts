/** Python: python`TOKENS = ${tokens}` writes strings, numbers, lists and dicts as literals. */
import { type Between, type Code, codeOf, joined as joinedCode, tagOf } from './code';

export { textOf } from './code';

export type Python = Code<'python'>;

/** Plain data. A field that is undefined is left out; entries of a map keep their order and any name. */
export type PythonValue =
  | string
  | number
  | boolean
  | null
  | readonly PythonValue[]
  | ReadonlyMap<string, PythonValue>
  | { readonly [name: string]: PythonValue | undefined };

/** Characters of a line of data at most. */
export const WIDTH = 110;

export const python = tagOf('python', (value: PythonValue) => literal(value, ''));

export const joined = (pieces: readonly Python[], between: Between): Python =>
  joinedCode('python', pieces, between);

/** Numbers between commas, in lines of at most WIDTH; null is None. */
export const numberLines = (values: readonly (number | null)[]): Python =>
  codeOf('python', wrapped(values, ''));

/** Long lists and dicts go over several lines, `indent` deep. */
function literal(value: PythonValue, indent: string): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return stringText(value);
  if (typeof value !== 'object')
    throw new Error(`internal: a script holds plain data, got ${typeof value}, expected a value of JSON.`);
  const isList = Array.isArray(value);
  const flat = isList
    ? `[${value.map((item) => literal(item, '')).join(', ')}]`
    : `{${entriesOf(value, '').join(', ')}}`;
  if (indent.length + flat.length <= WIDTH) return flat;
  const deeper = `${indent}    `;
  if (isList && value.every((item) => typeof item === 'number'))
    return `[\n${wrapped(value, deeper)}\n${indent}]`;
  const items = isList ? value.map((item) => literal(item, deeper)) : entriesOf(value, deeper);
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${items.map((item) => `${deeper}${item},\n`).join('')}${indent}${close}`;
}

function entriesOf(value: object, indent: string): string[] {
  const entries: [string, PythonValue | undefined][] =
    value instanceof Map ? [...value] : Object.entries(value);
  return entries.flatMap(([name, item]) =>
    item === undefined ? [] : [`${stringText(name)}: ${literal(item, indent)}`],
  );
}

/** Integers with all their digits, as far as 64 bits hold them. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return `float("${value > 0 ? '' : '-'}inf")`;
  if (Object.is(value, -0)) return '-0.0';
  const isLong = Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 63;
  return isLong ? String(BigInt(value)) : String(value);
}

/**
 * JSON's escapes are Python's. Beside them whatever is not seen is escaped: controls, marks of direction (a line may not
 * read otherwise than it runs), line separators, halves of pairs, characters of private use and those that are none.
 */
function stringText(value: string): string {
  return JSON.stringify(value).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\ufffe\uffff]/gu,
    (character) => {
      const point = character.codePointAt(0)!.toString(16);
      return point.length > 4 ? `\\U${point.padStart(8, '0')}` : `\\u${point.padStart(4, '0')}`;
    },
  );
}

function wrapped(values: readonly (number | null)[], indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const [i, value] of values.entries()) {
    const item = `${value === null ? 'None' : numberText(value)}${i < values.length - 1 ? ',' : ''}`;
    if (line !== '' && indent.length + line.length + 1 + item.length > WIDTH) {
      lines.push(indent + line);
      line = item;
    } else line = line === '' ? item : `${line} ${item}`;
  }
  return [...lines, indent + line].join('\n');
}
