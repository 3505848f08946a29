/** XML, of which SVG is made: xml`<text x="${x}">${words}</text>` escapes what it is given. */
import { type Between, type Code, codeOf, joined as joinedCode, tagOf } from './code';
import { printable } from './printable';

export { textOf } from './code';

export type Xml = Code<'xml'>;

/** Strings as text or in a quoted attribute; a character that XML does not allow becomes a visible one. */
export const xml = tagOf('xml', (value: string | number) =>
  printable(String(value)).replace(/[&<>"'\t\n\r]/g, (character) => ESCAPES[character]!),
);

/** Line breaks and tabs as references, since an attribute would read them as blanks. */
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

/** A name of an element or attribute, where it is not written out. */
export function xmlName(name: string): Xml {
  if (!/^[A-Za-z][\w-]*$/.test(name))
    throw new Error(`internal: not a name of XML, got '${name}', expected letters and digits.`);
  return codeOf('xml', name);
}

export const joined = (pieces: readonly Xml[], between: Between = '\n'): Xml =>
  joinedCode('xml', pieces, between);
