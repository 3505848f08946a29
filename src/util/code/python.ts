/** Python: python`TOKENS = ${tokens}` writes strings, numbers, lists and dicts as literals. */
import { type Between, type Code, codeOf, joined as joinedCode, tagOf } from './code';

export { textOf } from './code';

export type Python = Code<'python'>;

/** Plain data. Undefined fields are left out; maps keep their order and may have any names. */
export type PythonValue =
  | string
  | number
  | boolean
  | null
  | readonly PythonValue[]
  | ReadonlyMap<string, PythonValue>
  | { readonly [name: string]: PythonValue | undefined };

/** Most characters on a line of data. */
export const WIDTH = 110;

export const python = tagOf('python', (value: PythonValue) => literal(value, ''));

export const joined = (pieces: readonly Python[], between: Between): Python =>
  joinedCode('python', pieces, between);

/** Comma-separated numbers in lines of at most WIDTH; null becomes None. */
export const numberLines = (values: readonly (number | null)[]): Python =>
  codeOf('python', wrapped(values, ''));

/** Breaks long lists and dicts into several lines, `indent` deep. */
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

/** Writes integers in full, up to 64 bits. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return `float("${value > 0 ? '' : '-'}inf")`;
  if (Object.is(value, -0)) return '-0.0';
  const isLong = Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 63;
  return isLong ? String(BigInt(value)) : String(value);
}

/**
 * JSON's escapes are also Python's. Invisible characters are escaped too: controls, direction marks
 * (a line must read as it runs), line separators, lone surrogates, private-use characters and
 * non-characters.
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
