/** Graphviz's DOT: dot`${from} -> ${to} [label=${text}];` writes every value as a quoted string. */
import { type Between, type Code, joined as joinedCode, tagOf } from './code';
import { printable } from './printable';

export { textOf } from './code';

export type Dot = Code<'dot'>;

/** A quoted string has the escapes \" and \\, and \n for a new line. */
export const dot = tagOf(
  'dot',
  (value: string | number) =>
    `"${printable(String(value))
      .replace(/[\\"]/g, '\\$&')
      .replace(/\r\n?|\n/g, '\\n')}"`,
);

export const joined = (pieces: readonly Dot[], between: Between = '\n'): Dot =>
  joinedCode('dot', pieces, between);
