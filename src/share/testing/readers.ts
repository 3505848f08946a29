/** Strict readers of exports: each throws if the format's rules are broken. */

/** CSV by RFC 4180. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  for (let at = 0; at < text.length; at = field.lastIndex) {
    field.lastIndex = at;
    const found = field.exec(text);
    if (!found) throw new Error(`csv: no field at ${JSON.stringify(text.slice(at, at + 40))}.`);
    row.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  const odd = rows.find(({ length }) => length !== rows[0]!.length);
  if (odd || row.length > 0) throw new Error(`csv: a row of ${(odd ?? row).length}, not ${rows[0]?.length}.`);
  return rows;
}

/** DOT's tokens outside quoted strings, and the strings' values. */
export function dotTokens(text: string): { code: string[]; strings: string[] } {
  const code: string[] = [];
  const strings: string[] = [];
  const token = /\s+|"((?:[^"\\\n]|\\.)*)"|->|[{}[\];,=]|[A-Za-z_]\w*/y;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) throw new Error(`dot: no token at ${JSON.stringify(text.slice(at, at + 40))}.`);
    if (found[1] !== undefined)
      strings.push(found[1].replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one)));
    else if (found[0].trim()) code.push(found[0]);
  }
  return { code, strings };
}

const NAME = /^[A-Za-z][\w-]*$/;
const TEXT = /^(?:[^<>&]|&(?:amp|lt|gt|quot|#\d+);)*$/;
/** Characters that XML 1.0 forbids. */
const FOREIGN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export interface XmlElement {
  readonly name: string;
  readonly attributes: readonly string[];
}

/** The elements of our XML documents, in order; requires well-formedness. */
export function xmlElements(text: string): XmlElement[] {
  const foreign = FOREIGN.exec(text);
  if (foreign) throw new Error(`xml: no character of XML, U+${foreign[0].codePointAt(0)!.toString(16)}.`);
  const elements: XmlElement[] = [];
  const open: string[] = [];
  for (const piece of text.split(/(<[^>]*>)/)) {
    if (!piece.startsWith('<')) {
      if (!TEXT.test(piece)) throw new Error(`xml: no text, ${JSON.stringify(piece.slice(0, 80))}.`);
      for (const [, point] of piece.matchAll(/&#(\d+);/g)) checkReference(Number(point));
      if (open.length === 0 && piece.trim()) throw new Error('xml: text outside of the root.');
      continue;
    }
    const [, closing, name, attributes, isEmpty] =
      /^<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>$/.exec(piece) ?? [];
    if (name === undefined || !NAME.test(name)) throw new Error(`xml: no tag, ${piece.slice(0, 80)}.`);
    if (closing) {
      if (open.pop() !== name || attributes) throw new Error(`xml: ${piece} closes nothing.`);
      continue;
    }
    if (open.length === 0 && elements.length > 0) throw new Error('xml: two roots.');
    const pairs = [...attributes!.matchAll(/([\w-]+)="([^"]*)"/g)];
    const names = pairs.map(([, attribute]) => attribute!);
    if (new Set(names).size < names.length)
      throw new Error(`xml: an attribute twice, ${piece.slice(0, 80)}.`);
    if (!pairs.every(([, , value]) => TEXT.test(value!)))
      throw new Error(`xml: no value, ${piece.slice(0, 80)}.`);
    elements.push({ name, attributes: names });
    if (!isEmpty) open.push(name);
  }
  if (open.length > 0 || elements.length === 0)
    throw new Error(`xml: ${open.at(-1) ?? 'a root'} is missing.`);
  return elements;
}

function checkReference(point: number): void {
  if (FOREIGN.test(String.fromCodePoint(point)))
    throw new Error(`xml: a reference to no character, ${point}.`);
}
