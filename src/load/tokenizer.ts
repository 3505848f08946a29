/**
 * Text to tokens and back, for byte-level BPE (GPT-2). The merging is `@huggingface/tokenizers`; the byte
 * ranges are found here, on decoded bytes, since a token may begin or end inside a character.
 *
 * Nothing is ever added: no BOS, no other special token. A special token's name that stands in the text
 * ('<|endoftext|>' typed by hand) is read as that one token, as transformers does; its byte range is the name
 * in the text and `isBos` is false, since only a BOS that Loci added is one.
 */
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { parseWith, shown } from '../util/parse';
import { byteLevelBytes } from './byteLevel';

export interface Token {
  readonly id: number;
  /** Decoded text with its leading space; for a special token its name, e.g. '<|endoftext|>'. */
  readonly text: string;
  /** Byte range [begin, end) of the prompt's UTF-8 text; null for BOS. */
  readonly bytes: readonly [number, number] | null;
  readonly isBos: boolean;
}

export interface Tokenizer {
  /** Tokens of a text, nothing added. Throws one sentence if the tokens do not spell the text. */
  encode(text: string): Token[];
  /** Text of one token; a piece of a character shows as U+FFFD, an id without a token as '<unused 17>'. */
  decode(id: number): string;
  /** Largest id + 1. */
  readonly vocabSize: number;
  readonly bosToken: { readonly id: number; readonly text: string } | null;
}

/** A display group: tokens [begin, end) that make whole characters together. */
export interface Chip {
  readonly begin: number;
  readonly end: number;
  readonly text: string;
}

const id = z
  .number()
  .int()
  .min(0)
  .max(2 ** 24);
const tokenizerFile = z.looseObject({
  model: z.looseObject({
    type: z.literal('BPE').optional(),
    vocab: z.record(z.string(), id),
    merges: z.array(z.unknown()),
  }),
  decoder: z.looseObject({ type: z.literal('ByteLevel') }),
  added_tokens: z.array(z.looseObject({ id, content: z.string().min(1) })).default([]),
});
const content = z.looseObject({ content: z.string() }).transform((token) => token.content);
const configFile = z.looseObject({ bos_token: z.union([z.string(), content]).nullish() });

/** What the model's other files say of the BOS token. */
export interface BosHints {
  /** Its text in loci.json; the first to be believed, then comes tokenizer_config.json. */
  readonly card?: string | null | undefined;
  /** `bos_token_id` of config.json; the last, and ignored where the tokenizer has no such id. */
  readonly modelConfig?: number | null | undefined;
}

/** tokenizer.json and tokenizer_config.json (undefined if there is none) -> tokenizer. Throws one sentence. */
export function loadTokenizer(tokenizerJson: unknown, configJson: unknown, bos: BosHints = {}): Tokenizer {
  const file = parseWith(tokenizerFile, tokenizerJson, 'tokenizer.json');
  const config = parseWith(configFile, configJson ?? {}, 'tokenizer_config.json');
  const inner = construct(file, configJson ?? {});
  const added = new Map(file.added_tokens.map((token) => [token.id, token.content]));
  const spelling = new Map(Object.entries(file.model.vocab).map(([text, tokenId]) => [tokenId, text]));
  const known = new Map<number, Uint8Array>();

  const bytesOf = (tokenId: number): Uint8Array => {
    const before = known.get(tokenId);
    if (before) return before;
    const bytes = tokenBytes(tokenId, added, spelling);
    known.set(tokenId, bytes);
    return bytes;
  };
  const decode = (tokenId: number): string =>
    spelling.has(tokenId) || added.has(tokenId) ? utf8(bytesOf(tokenId)) : `<unused ${tokenId}>`;

  const encode = (text: string): Token[] => {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    const tokens = inner.encode(text, { add_special_tokens: false }).ids.map((tokenId): Token => {
      const own = bytesOf(tokenId);
      if (own.some((byte, i) => byte !== bytes[at + i])) throw misspelt(text, bytes, at, decode(tokenId));
      at += own.length;
      return { id: tokenId, text: decode(tokenId), bytes: [at - own.length, at], isBos: false };
    });
    if (at !== bytes.length) throw misspelt(text, bytes, at, 'nothing');
    return tokens;
  };

  const ids = [...spelling.keys(), ...added.keys()];
  const idOf = new Map([...Object.entries(file.model.vocab), ...[...added].map(([n, t]) => [t, n] as const)]);
  const text = bos.card ?? config.bos_token;
  const fallback = ids.find((tokenId) => tokenId === bos.modelConfig);
  const bosId = text == null ? fallback : idOf.get(text);
  if (text != null && bosId === undefined) {
    throw new Error(
      `tokenizer.json: the BOS token is not in the vocabulary, got '${text}', expected one of its tokens.`,
    );
  }
  const bosToken = bosId === undefined ? null : { id: bosId, text: decode(bosId) };
  return { encode, decode, vocabSize: maximum(ids) + 1, bosToken };
}

/** Display groups of a prompt's tokens: pieces of one character are joined; `prompt` is the text they came from. */
export function joinChips(tokens: readonly Token[], prompt: string): Chip[] {
  const bytes = new TextEncoder().encode(prompt);
  const chips: Chip[] = [];
  let begin = 0;
  tokens.forEach((token, i) => {
    const next = tokens[i + 1]?.bytes?.[0];
    const continues = next !== undefined && (bytes[next]! & 0xc0) === 0x80;
    if (continues) return;
    const first = tokens[begin]!;
    const text =
      first.bytes && token.bytes ? utf8(bytes.subarray(first.bytes[0], token.bytes[1])) : token.text;
    chips.push({ begin, end: i + 1, text });
    begin = i + 1;
  });
  return chips;
}

function construct(file: object, config: object): HuggingFaceTokenizer {
  try {
    // Without post-processor nothing can be added to a text, whatever the file says.
    const rest = { normalizer: null, pre_tokenizer: null, added_tokens: [], ...file, post_processor: null };
    return new HuggingFaceTokenizer(rest, config);
  } catch (error) {
    throw new Error(
      `tokenizer.json: cannot be used (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}

function tokenBytes(
  tokenId: number,
  added: ReadonlyMap<number, string>,
  spelling: ReadonlyMap<number, string>,
) {
  const content = added.get(tokenId);
  if (content !== undefined) return new TextEncoder().encode(content);
  const bytes = byteLevelBytes(spelling.get(tokenId) ?? '');
  if (bytes) return bytes;
  throw new Error(`tokenizer.json: token ${tokenId} is not byte-level, got ${shown(spelling.get(tokenId))}.`);
}

function misspelt(text: string, bytes: Uint8Array, at: number, got: string): Error {
  const rest = utf8(bytes.subarray(at, at + 12));
  return new Error(
    `tokenizer: the tokens do not spell ${shown(text)}, got ${shown(got)} at byte ${at}, expected ${shown(rest)}. ` +
      'This tokenizer changes or drops text, so tokens have no place in it.',
  );
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -1);
}
