/**
 * A finding as the fragment of an address: `#v=1&n=<characters>&c=<crc32>&d=<base64url(deflate(bytes))>`.
 * The fragment is never sent to a server. The length tells a link that was cut off, the checksum one that was
 * changed, so a bad link is never silently read as another finding.
 */
import { deflateSync, Inflate } from 'fflate';
import type { TraceDocument } from '../results/document';
import { shown } from '../util/parse';
import { fromBase64url, toBase64url } from './base64url';
import { crc32 } from './crc32';
import { dictionary } from './dictionary';
import { pack, type Steps, unpack } from './pack';
import { withCheckedSpec } from './question';
import { type LinkView, parseView } from './view';

export const LINK_VERSION = 1;
/** No finding is larger than this; a link that inflates to more is refused. */
const MOST_BYTES = 4 << 20;
const FIELDS = ['v', 'n', 'c', 'd'];

export interface LinkContent {
  readonly document: TraceDocument;
  readonly view: LinkView;
  /** The document's maps came quantised; how finely. */
  readonly steps: Steps;
}

/** The fragment with its '#'. */
export function writeLink(document: TraceDocument, view: LinkView = {}): string {
  const data = toBase64url(deflateSync(pack(document, view), { level: 9, dictionary }));
  return `#v=${LINK_VERSION}&n=${data.length}&c=${crc32(data)}&d=${data}`;
}

/**
 * Reads a whole address or its fragment.
 * @throws Error with one sentence that says what is wrong with the link.
 */
export function readLink(text: string): LinkContent {
  const bytes = inflate(dataOf(fieldsOf(text)));
  const { document, view, steps } = unpack(bytes);
  return { document: withCheckedSpec(document, 'link'), view: parseView(view, document), steps };
}

function fragmentOf(text: string): string {
  const trimmed = text.trim();
  return unescaped(trimmed.slice(trimmed.indexOf('#') + 1));
}

/** Some programs escape '=' and '&' in fragments. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fragment = fragmentOf(text);
  const fields = new Map<string, string>();
  const version = /^v=([^&]*)/.exec(fragment)?.[1];
  if (version === undefined || !/^[1-9]\d*$/.test(version)) {
    throw new Error(
      `link: not a Loci link, got ${shown(text.trim())}, expected an address with '#v=${LINK_VERSION}&...'.`,
    );
  }
  if (version !== String(LINK_VERSION)) {
    throw new Error(
      `link: made by a newer Loci, got version ${shown(version)}, expected ${LINK_VERSION}. Reload or update Loci.`,
    );
  }
  for (const part of fragment.split('&')) {
    const [name, ...value] = part.split('=');
    if (!FIELDS.includes(name!) || fields.has(name!)) {
      throw new Error(
        `link: changed by hand, got the field ${shown(name)}, expected v, n, c and d, once each.`,
      );
    }
    fields.set(name!, value.join('='));
  }
  return fields;
}

function dataOf(fields: ReadonlyMap<string, string>): string {
  const data = fields.get('d');
  const length = fields.get('n');
  const checksum = fields.get('c');
  if (data === undefined || length === undefined || checksum === undefined) {
    throw new Error(
      `link: cut off, got only the fields ${[...fields.keys()].join(', ')}, expected v, n, c and d. Copy it again.`,
    );
  }
  if (!/^\d+$/.test(length) || !/^[\da-f]{8}$/.test(checksum)) {
    throw new Error(
      `link: changed by hand, got length ${shown(length)} and checksum ${shown(checksum)}. Copy it again.`,
    );
  }
  const foreign = /[^\w-]/.exec(data.slice(0, Number(length)))?.[0];
  if (foreign !== undefined) {
    throw new Error(
      `link: not base64url, got the character ${shown(foreign)}, expected letters, digits, '-' and '_'. Copy it again.`,
    );
  }
  if (data.length !== Number(length)) {
    const problem = data.length < Number(length) ? 'cut off' : 'too long';
    throw new Error(
      `link: ${problem}, got ${data.length} characters of data, expected ${length}. Copy it again.`,
    );
  }
  if (crc32(data) !== checksum) {
    throw new Error(
      `link: changed on the way or by hand, got checksum ${crc32(data)}, expected ${checksum}. Copy it again.`,
    );
  }
  return data;
}

function inflate(data: string): Uint8Array {
  const bytes = fromBase64url(data);
  if (!bytes)
    throw new Error(`link: not base64url, got ${data.length} characters, which no bytes are written with.`);
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Inflate({ dictionary }, (part) => {
    size += part.length;
    if (size > MOST_BYTES) throw new Error(`link: too large, got more than ${MOST_BYTES} bytes of content.`);
    parts.push(part);
  });
  try {
    // In pieces, so that the limit holds before a small input has become gigabytes.
    for (let at = 0; at < bytes.length; at += 1024) {
      stream.push(bytes.slice(at, at + 1024), at + 1024 >= bytes.length);
    }
  } catch (error) {
    if (size > MOST_BYTES) throw error;
    throw new Error(
      `link: its content cannot be decompressed, got ${shown((error as Error).message)}, expected deflate.`,
    );
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
