/**
 * The raw files of a tokenizer. The tokenizer's own thread reads them, runs what they specify and
 * holds the tables; the rest of the engine gets plain data.
 */
import { parseJson } from '../../util/parse';
import { chatTemplate } from '../chatTemplate';
import { Metadata } from '../gguf/metadata';
import type { GgufValue } from '../gguf/parse';
import { tokenizerOf } from '../gguf/tokenizer';
import { type BosHints, defaultBos, type LoadedTokenizer, loadTokenizer, type Roles } from '../tokenizer';
import type { TokenTable } from './texts';
import { tokenizerFromVocabulary } from './vocabulary';

/** Files of a folder, any of which may be missing. */
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
      /** From config.json. */
      readonly modelType: string;
    }
  /** Metadata of a GGUF file; `where` names it in messages. */
  | { readonly gguf: readonly (readonly [key: string, value: GgufValue])[]; readonly where: string };

/** Reads the files, at first and whenever a thread was ended. */
export type TokenizerSource = () => Promise<TokenizerFiles>;

/** What the engine knows about a loaded tokenizer: plain data, sent in one message. */
export interface TokenizerFacts extends Roles {
  readonly table: TokenTable;
  /** Default for "add BOS" according to the files. */
  readonly bos: boolean;
  readonly hasChatTemplate: boolean;
  /** Assumptions, a sentence each. */
  readonly notes: readonly string[];
}

export interface ReadTokenizer {
  readonly tokenizer: LoadedTokenizer;
  readonly chatTemplate: string | null;
  readonly facts: TokenizerFacts;
}

/** Rejects with an Error naming the faulty file. */
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
