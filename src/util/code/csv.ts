/** CSV by RFC 4180, safe to open in a spreadsheet: no cell is read as a formula. */
import { printable } from './printable';

export type Cell = string | number | boolean | null | undefined;

/** Lines end with CR LF; an absent value is an empty field. */
export const csvText = (lines: readonly (readonly Cell[])[]): string =>
  lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');

/** Quotes a field that has a quote, comma, line break or outer space, and doubles its quotes. */
function field(value: Cell): string {
  const text = typeof value === 'string' ? plainText(value) : String(value ?? '');
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Puts an apostrophe, the usual sign for plain text, before a text that a spreadsheet would take
 * for a formula. A text that already begins with one gets another, so that removing one restores
 * the original. Numbers are unchanged.
 */
function plainText(text: string): string {
  const isFormula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) && !NUMBER.test(text);
  return printable(isFormula ? `'${text}` : text);
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
