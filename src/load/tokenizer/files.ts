/**
 * The files that a tokenizer is made of, as they come: reading them is work for the tokenizer's own thread. It runs what
 * a file says and holds the tables; the rest of the engine gets plain data.
 */
import { parseJson } from '../../util/parse';
import { chatTemplate } from '../chatTemplate';
import { Metadata } from '../gguf/metadata';
import type { GgufValue } from '../gguf/parse';
import { tokenizerOf } from '../gguf/tokenizer';
import { type BosHints, defaultBos, type LoadedTokenizer, loadTokenizer, type Roles } from '../tokenizer';
import type { TokenTable } from './texts';
import { tokenizerFromVocabulary } from './vocabulary';

/** Names of a folder's files, any of which may be missing. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'vocab.json',
  'merges.txt',
  'vocab.txt',
  'special_tokens_map.json',
  'added_tokens.json',
] as const;
type Name = (typeof TOKENIZER_FILES)[number];

export type TokenizerFiles =
  | {
      readonly files: Readonly<Partial<Record<Name, Blob>>>;
      /** Of config.json. */
      readonly modelType: string;
    }
  /** Metadata of a GGUF file; `where`: its name, for messages. */
  | { readonly gguf: readonly (readonly [key: string, value: GgufValue])[]; readonly where: string };

/** Reads them, the first time and again when a thread was ended. */
export type TokenizerSource = () => Promise<TokenizerFiles>;

/** What the engine knows of a loaded tokenizer: plain data, sent in one piece. */
export interface TokenizerFacts extends Roles {
  readonly table: TokenTable;
  /** Default for "add BOS", as the files have it. */
  readonly bos: boolean;
  readonly hasChatTemplate: boolean;
  /** What was assumed, a sentence each. */
  readonly notes: readonly string[];
}

export interface ReadTokenizer {
  readonly tokenizer: LoadedTokenizer;
  readonly chatTemplate: string | null;
  readonly facts: TokenizerFacts;
}

/** Rejects with one sentence naming the file that is at fault. */
export async function readTokenizer(files: TokenizerFiles, hints: BosHints): Promise<ReadTokenizer> {
  const { tokenizerJson, tokenizerConfig, template, notes } =
    'gguf' in files
      ? { ...tokenizerOf(new Metadata(new Map(files.gguf), files.where), files.where), template: undefined }
      : await fromFolder(files);
  const tokenizer = loadTokenizer(tokenizerJson, tokenizerConfig, hints);
  const chat = chatTemplate(tokenizerConfig, template);
  const { table, bosToken, eosToken, special, maskToken, addsSpace } = tokenizer;
  const bos = defaultBos(tokenizerJson, tokenizerConfig);
  const roles = { bosToken, eosToken, special, maskToken, addsSpace };
  return {
    tokenizer,
    chatTemplate: chat,
    facts: { table, ...roles, bos, hasChatTemplate: chat !== null, notes },
  };
}

async function fromFolder({ files, modelType }: Extract<TokenizerFiles, { modelType: string }>) {
  const text = (name: Name) => files[name]?.text();
  const json = async (name: Name): Promise<unknown> => {
    const found = await text(name);
    return found === undefined ? undefined : parseJson(found, name);
  };
  const [tokenizerJson, tokenizerConfig, template] = await Promise.all([
    json('tokenizer.json'),
    json('tokenizer_config.json'),
    text('chat_template.jinja'),
  ]);
  if (tokenizerJson !== undefined) return { tokenizerJson, tokenizerConfig, template, notes: [] };
  const made = tokenizerFromVocabulary({
    vocabJson: await json('vocab.json'),
    merges: await text('merges.txt'),
    vocabText: await text('vocab.txt'),
    tokenizerConfig,
    specialTokens: await json('special_tokens_map.json'),
    addedTokens: await json('added_tokens.json'),
    modelType,
  });
  if (!made) throw new Error('internal: a folder without a tokenizer was opened');
  return { tokenizerJson: made.tokenizer, tokenizerConfig: made.tokenizerConfig, template, notes: [] };
}
