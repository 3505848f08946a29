/**
 * The payload of a link in whatever text a chat or a mail program made of it. Its length and checksum travel with it, so
 * what stands around and inside it is taken off without guessing: the first n characters that a payload can have count if
 * they have the checksum, and nothing else does. Every step is linear in the text.
 */
import { listed, shown } from '../util/parse';
import { crc32 } from './crc32';

const LINK_VERSION = 4;
/** No link is longer, whatever a finding holds. */
const LONGEST_TEXT = 4 << 20;
/** Texts that hold several addresses have few: a label and its target, say. */
const MOST_FRAGMENTS = 32;

/** Blanks, controls, soft hyphens, zero-width and direction marks: what stands between two characters unseen; not line breaks. */
const UNSEEN = /(?![\r\n])[\s\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;
/** A line break, and the '>' of a quoted mail after it. */
const LINE_BREAK = /[\r\n]>*/g;
const ELLIPSIS = /…|\.{3}/;

type Field = 'v' | 'n' | 'c' | 'd';
type Fields = ReadonlyMap<Field, string>;

/** What is wrong with a fragment, and how far it got: of several, the one that got furthest is reported. */
interface Problem {
  readonly reached: number;
  readonly message: string;
}

/**
 * Finds the link in a text and proves it.
 * @throws Error with one sentence: not a link, from a newer Loci, cut off (and by how much), or changed.
 */
export function payloadOf(text: string): { readonly version: number; readonly data: string } {
  if (text.length > LONGEST_TEXT)
    throw new Error(
      `link: too long, got ${text.length} characters of text, expected at most ${LONGEST_TEXT}.`,
    );
  let worst: Problem = {
    reached: 0,
    message: `not a Loci link, got ${shown(text.trim())}, expected an address with '#v=1&...'.`,
  };
  for (const fragment of fragmentsOf(tidy(text))) {
    const found = proven(fieldsOf(fragment));
    if (!('message' in found)) return found;
    if (found.reached > worst.reached) worst = found;
  }
  throw new Error(`link: ${worst.message}`);
}

/** Undoes what programs do to a text on its way. A payload has letters, digits, '-' and '_' only, so none of it is touched. */
function tidy(text: string): string {
  // The blank after an ellipsis ends what was cut.
  let tidied = joined(text.replace(/(…|\.{3})\s/g, '$1|'));
  // Of a redirect within a redirect.
  for (let round = 0; round < 3 && tidied.includes('%'); round++) tidied = joined(withoutPercent(tidied));
  tidied = joined(withoutEntities(tidied));
  // Quoted-printable writes every '=' so, and no version is '3D1'.
  if (/v=3D\d/.test(tidied)) tidied = tidied.replaceAll('=3D', '=');
  // What typing aids make of hyphens.
  return tidied.replace(/[\u2010\u2011\u2212]/g, '-').replace(/[\u2013\u2014]/g, '--');
}

const joined = (text: string): string => text.replace(UNSEEN, '').replace(LINE_BREAK, '');

function withoutPercent(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function withoutEntities(text: string): string {
  return text
    .replace(/&(?:amp;)+/gi, '&')
    .replace(/&(?:nbsp|shy|zwnj|zwj);/gi, '')
    .replace(/&#(?:x([\da-f]{1,4})|(\d{1,5}));/gi, (_, hex?: string, decimal?: string) =>
      String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    );
}

/** What follows each '#'; the whole text if it begins as a fragment does. */
function fragmentsOf(text: string): string[] {
  const [before, ...fragments] = text.split('#', MOST_FRAGMENTS);
  return /^\W*[vncd]=/.test(before!) ? [before!, ...fragments] : fragments;
}

/** The first of each name counts, in any order; others were added on the way. */
function fieldsOf(fragment: string): Fields {
  const fields = new Map<Field, string>();
  // The '=' of a soft line break may stand anywhere.
  for (const [, name, value] of fragment.matchAll(/(?:^|[^\w-])={0,2}([vncd])=([^&]*)/g)) {
    if (!fields.has(name as Field)) fields.set(name as Field, value!);
  }
  return fields;
}

/** The payload, or what is wrong with it. */
function proven(fields: Fields): { readonly version: number; readonly data: string } | Problem {
  const [v, n, c, d] = (['v', 'n', 'c', 'd'] as const).map((name) => fields.get(name));
  const version = Number(/^\d+/.exec(plain(v ?? ''))?.[0]);
  if (v === undefined || !(version >= 1)) return { reached: 0, message: '' };
  if (version > LINK_VERSION)
    return {
      reached: 1,
      message: `made by a newer Loci, got version ${shown(String(version))}, expected at most ${LINK_VERSION}. Reload or update Loci.`,
    };
  if (n === undefined || c === undefined || d === undefined)
    return {
      reached: 2,
      message: `cut off, got only the fields ${listed([...fields.keys()])}, expected v, n, c and d. Copy it again.`,
    };
  const length = Number(/^\d+/.exec(plain(n))?.[0] ?? Number.NaN);
  const checksum = /^[\da-f]{8}/.exec(plain(c))?.[0];
  if (!Number.isSafeInteger(length) || checksum === undefined)
    return {
      reached: 3,
      message: `changed by hand, got length ${shown(n)} and checksum ${shown(c)}. Copy it again.`,
    };
  const data = plain(d).slice(0, length);
  if (data.length === length && crc32(data) === checksum) return { version, data };
  return { reached: 4, message: damage(d, length, checksum) };
}

/** The characters of a text that a field can have. */
const plain = (text: string): string => text.replace(/[^\w-]/g, '');

/** Cut off or changed? `text`: the field d with whatever follows it. */
function damage(text: string, length: number, checksum: string): string {
  const value = text.replaceAll('=', '');
  const ellipsis = ELLIPSIS.exec(value);
  const [before, after] = ellipsis
    ? [value.slice(0, ellipsis.index), value.slice(ellipsis.index + ellipsis[0].length)]
    : [value, ''];
  const [head, tail] = [before, after].map((part) => /^[\w-]*/.exec(part)![0]) as [string, string];
  // An ellipsis behind a whole payload belongs to the text around it.
  const got = head.length + (head.length < length ? tail.length : 0);
  const letters = plain(before).length;
  const isReplaced = letters < length && letters > head.length && before.length >= length;
  if (isReplaced)
    return `not base64url, got the character ${shown(before[head.length])}, expected letters, digits, '-' and '_'. Copy it again.`;
  if (got < length) {
    const missing = (length - got).toLocaleString('en-US');
    const where = tail === '' ? '' : ' in the middle';
    return `cut off${where}, got ${got} characters of data, expected ${length}: ${missing} are missing. Copy it again.`;
  }
  return `changed on the way or by hand, got checksum ${crc32(head.slice(0, length))}, expected ${checksum}. Copy it again.`;
}
