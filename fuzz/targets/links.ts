/** Links: their content with a valid length and checksum, and their text as altered by chats. */
import { concat } from '../../src/util/concat';
import { deflateSync, inflateSync } from 'fflate';
import { fromBase64url, toBase64url } from '../../src/share/base64url';
import { textCrc32 } from '../../src/util/crc32';
import { dictionary, graphDictionary, studyDictionary } from '../../src/share/dictionary';
import { readLink } from '../../src/share/link';
import { traceDictionary } from '../../src/share/old/dictionary';
import { linkFiles, textOf } from '../corpus';
import { mutateBytes } from '../mutate/bytes';
import { mutateJson } from '../mutate/json';
import { mutateText } from '../mutate/text';
import type { Random } from '../random';
import { NOTHING_LOST, target } from '../target';

const DICTIONARIES: Readonly<Record<string, Uint8Array>> = {
  1: traceDictionary,
  2: studyDictionary,
  3: graphDictionary,
  4: dictionary,
};

const seeds = () => linkFiles().map((path) => textOf(path).trim());

async function run(text: string): Promise<readonly string[]> {
  await readLink(text);
  return NOTHING_LOST;
}

/** Changes the bytes of a link and seals them again, as if its writer had intended them. */
function resealed(link: string, random: Random): string {
  const broken = (content: Uint8Array) => (random.chance(0.05) ? mutateBytes(content, random) : content);
  return sealedAgain(link, (bytes) => changed(bytes, random), broken);
}

function sealedAgain(
  link: string,
  change: (bytes: Uint8Array) => Uint8Array,
  pack = (content: Uint8Array) => content,
): string {
  const [, version, data] = /v=(\d)&n=\d+&c=\w+&d=([\w-]+)/.exec(link)!;
  const words = DICTIONARIES[version!]!;
  const bytes = inflateSync(fromBase64url(data!)!, { dictionary: words });
  const sealed = toBase64url(pack(deflateSync(change(bytes), { level: 1, dictionary: words })));
  return `#v=${version}&n=${sealed.length}&c=${textCrc32(sealed)}&d=${sealed}`;
}

/** A comparison: one link in another one's view. */
export const comparison = (link: string, beside: string): string =>
  sealedAgain(link, (bytes) => withJson(bytes, (content) => ({ ...content, view: { beside } })));

/** Mostly changes the JSON, which its length precedes; otherwise the numbers after it. */
function changed(bytes: Uint8Array, random: Random): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const numbers = bytes.subarray(4 + length);
  if (random.chance(0.1)) return mutateBytes(bytes, random);
  if (random.chance(0.2)) return concat([bytes.subarray(0, 4 + length), mutateBytes(numbers, random)]);
  return withJson(bytes, (content) => mutateJson(content, random));
}

function withJson(bytes: Uint8Array, change: (content: object) => unknown): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const content = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const encoded = new TextEncoder().encode(JSON.stringify(change(content)));
  return concat([new Uint8Array(Uint32Array.of(encoded.length).buffer), encoded, bytes.subarray(4 + length)]);
}

export const link = target<string>({ name: 'link', seeds, mutate: resealed, run });

const WRAPPINGS = [
  (text: string) => `<${text}>`,
  (text: string) => `[a finding](https://example.org/${text})`,
  (text: string) => encodeURIComponent(`https://example.org/${text}`),
  (text: string) => `https://example.org/${text.replaceAll('&', '&amp;')}`,
  (text: string) => text.replace(/.{76}/g, '$&=\r\n'),
  (text: string) => text.replace(/.{60}/g, '$&\n> '),
  (text: string) => `${text.slice(0, 300)}…${text.slice(-20)}`,
  (text: string) => `${text} and more`,
];

/** A link as found in a chat: wrapped, broken, with occasional changes of characters. */
function chatted(text: string, random: Random): string {
  const wrapped = random.pick(WRAPPINGS)(text);
  return random.chance(0.5)
    ? wrapped
    : mutateText(wrapped, random, ['&', '#', '=', '%', 'v=4', '&d=', '\n> ']);
}

export const linkRepair = target<string>({ name: 'link-repair', seeds, mutate: chatted, run });
