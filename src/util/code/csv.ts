/** CSV by RFC 4180, which a spreadsheet may open: no cell of it is a formula. */
import { printable } from './printable';

export type Cell = string | number | boolean | null | undefined;

/** Lines end with CR LF; an absent value is an empty field. */
export const csvText = (lines: readonly (readonly Cell[])[]): string =>
  lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');

/** A field with a quote, comma or line break is quoted, its quotes doubled; so is one with outer spaces. */
function field(value: Cell): string {
  const text = typeof value === 'string' ? plainText(value) : String(value ?? '');
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it, the usual sign for "as it stands"; so
 * does one that has one already, so that taking one away gives the text back. Numbers stay as they are.
 */
function plainText(text: string): string {
  const isFormula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) && !NUMBER.test(text);
  return printable(isFormula ? `'${text}` : text);
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
