/** XML, and so SVG: xml`<text x="${x}">${words}</text>` escapes every value. */
import { type Between, type Code, codeOf, joined as joinedCode, tagOf } from './code';
import { printable } from './printable';

export { textOf } from './code';

export type Xml = Code<'xml'>;

/** Strings become text or a quoted attribute's contents; forbidden characters become visible. */
export const xml = tagOf('xml', (value: string | number) =>
  printable(String(value)).replace(/[&<>"'\t\n\r]/g, (character) => ESCAPES[character]!),
);

/** Line breaks and tabs become references, because attributes turn them into spaces. */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** An element or attribute name that is computed, not written out. */
export function xmlName(name: string): Xml {
  if (!/^[A-Za-z][\w-]*$/.test(name))
    throw new Error(`internal: not a name of XML, got '${name}', expected letters and digits.`);
  return codeOf('xml', name);
}

export const joined = (pieces: readonly Xml[], between: Between = '\n'): Xml =>
  joinedCode('xml', pieces, between);
