/** Document <-> the text of a JSON file. */
import type { ResultDocument } from '../results/document';
import { parseDocument } from '../results/parse';
import { DOCUMENT_JSON } from '../util/bounds';
import { parseJson } from '../util/parse';
import { withCheckedSpec } from './question';

/** Indented JSON at full precision; lists of plain values stay on one line. Ends with a newline. */
export function documentToText(document: ResultDocument): string {
  return `${layOut(document, '')}\n`;
}

/** Rejects with one sentence if the document is invalid. */
export async function textToDocument(text: string): Promise<ResultDocument> {
  return withCheckedSpec(parseDocument(parseJson(text, 'document', DOCUMENT_JSON)), 'document');
}

function layOut(value: unknown, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent} `;
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map((item) => layOut(item, deeper))]
    : ['{', '}', fields(value).map(([name, field]) => `${JSON.stringify(name)}: ${layOut(field, deeper)}`)];
  const isFlat = Object.values(value).every((item) => item === null || typeof item !== 'object');
  if (isFlat) return `${open}${items.join(', ')}${close}`;
  return `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

function fields(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, field]) => field !== undefined);
}
