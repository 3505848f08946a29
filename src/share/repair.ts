/**
 * Recovers a link's payload from text mangled by chats or mail. Length and checksum travel with it,
 * so no guessing: the first n payload characters count only if their checksum matches. Linear in
 * the text.
 */
import { listed, shown } from '../util/parse';
import { textCrc32 } from '../util/crc32';

const LINK_VERSION = 4;
/** Upper bound for any link. */
const LONGEST_TEXT = 4 << 20;
/** Texts with several addresses have few: e.g. a label and its target. */
const MOST_FRAGMENTS = 32;

/** Invisible characters: blanks, controls, soft hyphens, zero-width marks; no line breaks. */
const UNSEEN = /(?![\r\n])[\s\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;
/** A line break, with the '>' of quoted mail. */
const LINE_BREAK = /[\r\n]>*/g;
const ELLIPSIS = /…|\.{3}/;

type Field = 'v' | 'n' | 'c' | 'd';
type Fields = ReadonlyMap<Field, string>;

/** A fragment's problem, and how far parsing got: the furthest one is reported. */
interface Problem {
  readonly reached: number;
  readonly message: string;
}

/**
 * Finds and verifies the link in a text.
 * @throws Error: not a link, from a newer Loci, truncated (by how much), or changed.
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

/** Undoes what programs do to text, but keeps payloads: letters, digits, '-' and '_'. */
function tidy(text: string): string {
  // A blank after an ellipsis ends the truncated part.
  let tidied = joined(text.replace(/(…|\.{3})\s/g, '$1|'));
  // Redirects may nest.
  for (let round = 0; round < 3 && tidied.includes('%'); round++) tidied = joined(withoutPercent(tidied));
  tidied = joined(withoutEntities(tidied));
  // Quoted-printable escapes '=' as '=3D'; no version is '3D1'.
  if (/v=3D\d/.test(tidied)) tidied = tidied.replaceAll('=3D', '=');
  // Hyphens changed by smart punctuation.
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

/** The text after each '#', or the whole text if it looks like a fragment. */
function fragmentsOf(text: string): string[] {
  const [before, ...fragments] = text.split('#', MOST_FRAGMENTS);
  return /^\W*[vncd]=/.test(before!) ? [before!, ...fragments] : fragments;
}

/** The first field of each name counts, in any order; later ones are additions. */
function fieldsOf(fragment: string): Fields {
  const fields = new Map<Field, string>();
  // A soft line break's '=' may occur anywhere.
  for (const [, name, value] of fragment.matchAll(/(?:^|[^\w-])={0,2}([vncd])=([^&]*)/g)) {
    if (!fields.has(name as Field)) fields.set(name as Field, value!);
  }
  return fields;
}

/** The payload, or its problem. */
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
  if (data.length === length && textCrc32(data) === checksum) return { version, data };
  return { reached: 4, message: damage(d, length, checksum) };
}

/** Drops characters that no field can have. */
const plain = (text: string): string => text.replace(/[^\w-]/g, '');

/** Truncated or changed? `text`: field d and what follows. */
function damage(text: string, length: number, checksum: string): string {
  const value = text.replaceAll('=', '');
  const ellipsis = ELLIPSIS.exec(value);
  const [before, after] = ellipsis
    ? [value.slice(0, ellipsis.index), value.slice(ellipsis.index + ellipsis[0].length)]
    : [value, ''];
  const [head, tail] = [before, after].map((part) => /^[\w-]*/.exec(part)![0]) as [string, string];
  // An ellipsis after a complete payload belongs to the surrounding text.
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
  return `changed on the way or by hand, got checksum ${textCrc32(head.slice(0, length))}, expected ${checksum}. Copy it again.`;
}
