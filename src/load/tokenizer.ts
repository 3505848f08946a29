/**
 * Text to tokens and back, for the tokenizers of `tokenizer.json`: byte-level BPE, SentencePiece's
 * BPE and Unigram, WordPiece. The steps are those of Hugging Face's `tokenizers`: cut out added
 * tokens, normalise the rest, split it into words, and tokenise each word with the model
 * (`@huggingface/tokenizers`). Every step tracks the origin of its characters, so every token has a
 * byte range of the prompt even if the model reads an altered text.
 *
 * Nothing is ever added: no BOS and no other special token. A special token's name in the text
 * ('<|endoftext|>' typed by hand) becomes that one token, as in transformers. Its byte range is the
 * name in the text, and `isBos` is false, since only a BOS that Loci added is one.
 */
import { z } from 'zod';
import { parseWith, quoted, shown } from '../util/parse';
import { addedToken, loadAddedTokens } from './tokenizer/added';
import { leaves } from './tokenizer/leaves';
import { loadNormalizer } from './tokenizer/normalize';
import { id, idsByName, scoredNames } from './tokenizer/names';
import { place, utf8Bytes, utf8Text } from './tokenizer/placed';
import { aroundOf, parseTokenizerConfig, specialOf } from './tokenizer/special';
import { type Alphabet, spellingOf } from './tokenizer/spelling';
import { loadPreTokenizer } from './tokenizer/split';
import { type TokenTable, tokenTable, type TokenTexts, tokenTexts } from './tokenizer/texts';
import { loadWordModel, Misspelt } from './tokenizer/words';

export interface Token {
  readonly id: number;
  /**
   * Decoded text with its leading space; for a special token its name, e.g. '<|endoftext|>'.
   * WordPiece's '##' stays.
   */
  readonly text: string;
  /**
   * Byte range [begin, end) of the prompt's UTF-8 text; null for BOS. Ranges never go back. They
   * may leave gaps (dropped text), be empty (an inserted space) or coincide (pieces of an altered
   * character).
   */
  readonly bytes: readonly [number, number] | null;
  readonly isBos: boolean;
}

export interface SpecialToken {
  readonly id: number;
  readonly text: string;
}

/** Facts about a tokenizer that do not require running it. */
export interface Roles {
  readonly bosToken: SpecialToken | null;
  /** The end-of-text token named by tokenizer_config.json; chat templates write it. */
  readonly eosToken: SpecialToken | null;
  /**
   * What "add BOS" puts around a prompt: BOS before it; for encoders [CLS] before and [SEP] after.
   * Both may be empty.
   */
  readonly special: { readonly prefix: readonly SpecialToken[]; readonly suffix: readonly SpecialToken[] };
  /**
   * The placeholder for a word to fill in, e.g. [MASK]; its name in the text becomes this token.
   */
  readonly maskToken: SpecialToken | null;
  /**
   * Whether a text without a leading space gets one: then typing 'Paris' or ' Paris' is the same.
   */
  readonly addsSpace: boolean;
}

/**
 * A tokenizer in the thread that loaded it. Untrusted parts of the file run here (patterns,
 * normalizers), so the engine puts it in a thread that can be ended (`tokenizer/connection.ts`).
 */
export interface LoadedTokenizer extends Roles, TokenTexts {
  readonly table: TokenTable;
  /** Tokens of a text, nothing added. Throws an Error if the tokens do not spell the text. */
  encode(text: string): Token[];
}

/** A display group: tokens [begin, end) that together make whole characters. */
export interface Chip {
  readonly begin: number;
  readonly end: number;
  readonly text: string;
}

/** Most tokens of one text; no model reads as many. */
const MAX_TOKENS = 2 ** 20;
const flag = z.boolean().nullish();
const model = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('BPE'),
    vocab: idsByName,
    merges: z.custom<readonly unknown[]>(Array.isArray, 'wrong value'),
    unk_token: z.string().nullish(),
    byte_fallback: flag,
    end_of_word_suffix: z.literal('').nullish(),
    continuing_subword_prefix: z.literal('').nullish(),
  }),
  z.looseObject({
    type: z.literal('WordPiece'),
    vocab: idsByName,
    unk_token: z.string(),
    continuing_subword_prefix: z.string().default('##'),
  }),
  z.looseObject({
    type: z.literal('Unigram'),
    vocab: scoredNames,
    unk_id: id,
    byte_fallback: flag,
  }),
]);
const tokenizerFile = z.looseObject({
  model: z.preprocess(withType, model),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  post_processor: z.unknown().optional(),
  decoder: z.unknown().optional(),
  added_tokens: z.array(addedToken).nullish(),
});

const defaultBosFile = z.looseObject({
  model: z.looseObject({ type: z.string().nullish() }).nullish(),
  post_processor: z.unknown().optional(),
});

/** What the model's other files say about the BOS token. */
export interface BosHints {
  /** Its text in loci.json, which takes precedence; tokenizer_config.json is next. */
  readonly card?: string | null | undefined;
  /**
   * `bos_token_id` of config.json: last in precedence, and ignored if the tokenizer has no such id.
   */
  readonly modelConfig?: number | null | undefined;
}

/** tokenizer.json and tokenizer_config.json (undefined if absent) -> tokenizer. Throws an Error. */
export function loadTokenizer(
  tokenizerJson: unknown,
  configJson: unknown,
  bos: BosHints = {},
): LoadedTokenizer {
  const file = parseWith(tokenizerFile, tokenizerJson, 'tokenizer.json');
  const config = parseTokenizerConfig(configJson);
  const added = file.added_tokens ?? [];
  const nameOf = new Map(added.map((token) => [token.id, token.content]));
  const idOf = vocabulary(file.model);
  const tokenOf: string[] = [];
  for (const [name, tokenId] of idOf) tokenOf[tokenId] = name;
  const preTokenizer = loadPreTokenizer(file.pre_tokenizer);
  const alphabet = alphabetOf(file.model.type, preTokenizer.byteLevel, file.decoder);
  const prefix = file.model.type === 'WordPiece' ? file.model.continuing_subword_prefix : '';
  const byteFallback = file.model.type !== 'WordPiece' && file.model.byte_fallback === true;
  const spelling = spellingOf(alphabet, prefix, byteFallback);
  const normalize = loadNormalizer(file.normalizer);
  const sectionsOf = loadAddedTokens(added, normalize);
  const tokensOf = loadWordModel({
    model: file.model,
    idOf,
    unknownId: unknownId(file.model, idOf),
    spelling,
    byteLevel: preTokenizer.byteLevel,
  });

  const table = tokenTable(
    added.reduce((size, token) => Math.max(size, token.id + 1), tokenOf.length),
    (tokenId) => {
      const name = nameOf.get(tokenId);
      if (name !== undefined) return utf8Bytes(name);
      const token = tokenOf[tokenId];
      return token === undefined ? null : spelling.shown(token);
    },
  );
  const texts = tokenTexts(table);
  const { decode } = texts;

  const encode = (text: string): Token[] => {
    let count = 0;
    const token = (tokenId: number, bytes: readonly [number, number]): Token => {
      if (++count > MAX_TOKENS) throw tooManyTokens(text);
      return { id: tokenId, text: decode(tokenId), bytes, isBos: false };
    };
    try {
      return sectionsOf(place(text)).flatMap(({ placed, added }, i) => {
        if (added) return [token(added.id, [placed.begins[0]!, placed.ends.at(-1)!])];
        const words = preTokenizer.split(placed, i === 0);
        let last: readonly [number, number] = [0, 0];
        return words.flatMap(tokensOf).map(({ id, bytes }) => {
          // A space inserted within one character that became several words (U+FDFA) gets that
          // character's range.
          const isWithin = bytes[0] === bytes[1] && bytes[0] < last[1];
          if (!isWithin) last = bytes;
          return token(id, last);
        });
      });
    } catch (error) {
      throw error instanceof Misspelt ? misspelt(text, error) : error;
    }
  };

  const addedIdOf = new Map(added.map((token) => [token.content, token.id]));
  const idNamed = (name: string): number | undefined => addedIdOf.get(name) ?? idOf.get(name);
  const special = (name: string, role = 'special'): SpecialToken => {
    const tokenId = idNamed(name);
    if (tokenId !== undefined) return { id: tokenId, text: decode(tokenId) };
    throw new Error(
      `tokenizer.json: the ${role} token is not in the vocabulary, got ${quoted(name)}, expected one of its tokens.`,
    );
  };
  const bosName = bos.card ?? (config.bos_token || null);
  const bosToken =
    bosName === null
      ? fallback(bos.modelConfig, (tokenId) => tokenOf[tokenId] !== undefined || nameOf.has(tokenId), decode)
      : special(bosName, 'BOS');
  const around = specialOf(aroundOf(file.post_processor), config, file.model.type, bos.card ?? null);
  const [first] = preTokenizer.split(normalize(place('a')), true);
  /** The first of these names that is a token. */
  const named = (...names: readonly (string | null | undefined)[]): SpecialToken | null => {
    const name = names.find((one) => one != null && idNamed(one) !== undefined);
    return name == null ? null : special(name);
  };
  return {
    ...texts,
    table,
    encode,
    bosToken,
    eosToken: named(config.eos_token),
    special: around
      ? {
          prefix: around.prefix.map((name) => special(name, 'first')),
          suffix: around.suffix.map((name) => special(name, 'last')),
        }
      : { prefix: bosToken ? [bosToken] : [], suffix: [] },
    maskToken: named(config.mask_token, '[MASK]', '<mask>'),
    addsSpace: /^[ ▁]/.test(first?.text ?? ''),
  };
}

/**
 * Default for "add BOS" according to the tokenizer's files; a model card overrides it. True does
 * not imply that `special` is non-empty: the files may ask for a BOS without naming it.
 */
export function defaultBos(tokenizerJson: unknown, configJson: unknown): boolean {
  const file = parseWith(defaultBosFile, tokenizerJson, 'tokenizer.json');
  const { add_bos_token: asked } = parseTokenizerConfig(configJson);
  return asked ?? (file.model?.type === 'WordPiece' || aroundOf(file.post_processor).prefix.length > 0);
}

/** Groups a prompt's tokens for display, joining pieces of one character. `prompt`: its text. */
export function joinChips(tokens: readonly Token[], prompt: string): Chip[] {
  const bytes = utf8Bytes(prompt);
  const chips: Chip[] = [];
  let begin = 0;
  tokens.forEach((token, i) => {
    const next = tokens[i + 1]?.bytes;
    // The next token begins inside a character, or shares this one's range.
    const continues = token.bytes && next && ((bytes[next[0]]! & 0xc0) === 0x80 || next[0] < token.bytes[1]);
    if (continues) return;
    const first = tokens[begin]!;
    const isEmpty = first.bytes?.[0] === token.bytes?.[1];
    const text =
      first.bytes && token.bytes && !isEmpty
        ? utf8Text(bytes.subarray(first.bytes[0], token.bytes[1]))
        : token.text;
    chips.push({ begin, end: i + 1, text });
    begin = i + 1;
  });
  return chips;
}

type Model = z.output<typeof model>;

/** Adds `model.type` to older files, inferred from their fields. */
function withType(json: unknown): unknown {
  if (json === null || typeof json !== 'object' || 'type' in json) return json;
  const type =
    'merges' in json ? 'BPE' : 'vocab' in json && Array.isArray(json.vocab) ? 'Unigram' : 'WordPiece';
  return { ...json, type };
}

function vocabulary(model: Model): ReadonlyMap<string, number> {
  if (model.type !== 'Unigram') return model.vocab;
  return new Map(model.vocab.map(([name], tokenId) => [name, tokenId]));
}

function unknownId(model: Model, idOf: ReadonlyMap<string, number>): number | undefined {
  return model.type === 'Unigram' ? model.unk_id : idOf.get(model.unk_token ?? '');
}

function alphabetOf(modelType: Model['type'], byteLevel: boolean, decoder: unknown): Alphabet {
  if (modelType === 'WordPiece') return 'wordpiece';
  const decodes = leaves(decoder, 'decoders').some((leaf) => leaf.type === 'ByteLevel');
  return byteLevel || decodes ? 'byte-level' : 'sentencepiece';
}

function fallback(
  bosId: number | null | undefined,
  isToken: (id: number) => boolean,
  decode: (id: number) => string,
): SpecialToken | null {
  return bosId != null && isToken(bosId) ? { id: bosId, text: decode(bosId) } : null;
}

function tooManyTokens(text: string): Error {
  return new Error(
    `tokenizer: the text has too many tokens, got over ${MAX_TOKENS} for ${shown(text)}, expected fewer. Take a part of it.`,
  );
}

function misspelt(text: string, { at, got }: Misspelt): Error {
  const rest = utf8Text(utf8Bytes(text).subarray(at, at + 12));
  return new Error(
    `tokenizer: the tokens do not spell ${shown(text)}, got ${shown(got)} at byte ${at}, expected ${shown(rest)}. ` +
      'This tokenizer drops text that it does not know, so its tokens cannot be located.',
  );
}
