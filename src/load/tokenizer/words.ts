/**
 * Splits one word into tokens, each with its byte range of the prompt. `@huggingface/tokenizers`
 * chooses the tokens; their places are found here by spelling the word with them. An unknown token
 * covers what its neighbours leave.
 */
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { reasonOf } from '../../util/reason';
import { byteLevelSpelling } from '../byteLevel';
import { loadMerges } from './merges';
import { type Placed, placeOfBytes, utf8Bytes, utf8Text } from './placed';
import type { Spelling } from './spelling';

export interface PlacedToken {
  readonly id: number;
  readonly bytes: readonly [number, number];
}

export interface WordModel {
  /** The validated `model` of tokenizer.json. */
  readonly model: {
    readonly type: string;
    readonly byte_fallback?: boolean | null | undefined;
    readonly merges?: readonly unknown[];
  };
  readonly idOf: ReadonlyMap<string, number>;
  readonly unknownId: number | undefined;
  readonly spelling: Spelling;
  /** Whether words go to the model in GPT-2's byte-level alphabet. */
  readonly byteLevel: boolean;
}

/**
 * A word that its tokens do not spell: how far they got (bytes of the prompt), and the token that
 * does not fit.
 */
export class Misspelt extends Error {
  constructor(
    readonly at: number,
    readonly got: string,
  ) {
    super();
  }
}

/** tokenizer.json's model -> function of a word. Throws an Error if the model cannot be used. */
export function loadWordModel(options: WordModel): (word: Placed) => PlacedToken[] {
  const { idOf, unknownId, spelling } = options;
  const model = construct(options);
  return (word) => {
    const bytes = utf8Bytes(word.text);
    const placeOf = placeOfBytes(word);
    const names = inOneSentence(() => model([options.byteLevel ? byteLevelSpelling(bytes) : word.text]));
    const pieces = names.flatMap((name) => fallBack(name, options));
    const tokens: PlacedToken[] = [];
    let at = 0;
    const stop = (got: string) => {
      throw new Misspelt(at < bytes.length ? placeOf(at, at + 1)[0] : (word.ends.at(-1) ?? 0), got);
    };
    for (const [i, name] of pieces.entries()) {
      const id = idOf.get(name) ?? unknownId;
      if (id === undefined) return stop('nothing');
      const next = pieces[i + 1];
      // The vocabulary's own name for the unknown token spells nothing.
      const isName = id === unknownId && idOf.has(name);
      const end = isName
        ? unknownEnd(
            bytes,
            at,
            next === undefined ? null : spelling.bytes(next, true),
            idOf.get(next ?? '') === unknownId,
          )
        : at + spelling.bytes(name, i > 0).length;
      if (!isName && spelling.bytes(name, i > 0).some((byte, k) => byte !== bytes[at + k]))
        return stop(utf8Text(spelling.shown(name)));
      if (end > bytes.length || end <= at) return stop(utf8Text(spelling.shown(name)));
      tokens.push({ id, bytes: placeOf(at, end) });
      at = end;
    }
    if (at !== bytes.length) return stop('nothing');
    return tokens;
  };
}

/**
 * End of an unknown token: the start of the next known one; one character on if the next is also
 * unknown; else the word's end.
 */
function unknownEnd(bytes: Uint8Array, at: number, next: Uint8Array | null, nextIsUnknown: boolean): number {
  let end = at + 1;
  const isBoundary = () => (bytes[end]! & 0xc0) !== 0x80;
  while (end < bytes.length) {
    if (isBoundary() && next && (nextIsUnknown || next.every((byte, k) => byte === bytes[end + k])))
      return end;
    end++;
  }
  return end;
}

/** Unigram's unknown stretch as bytes, if the vocabulary has them; BPE has already done this. */
function fallBack(name: string, { model, idOf }: WordModel): string[] {
  if (model.type !== 'Unigram' || model.byte_fallback !== true || idOf.has(name)) return [name];
  const bytes = Array.from(
    utf8Bytes(name),
    (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  return bytes.every((byte) => idOf.has(byte)) ? bytes : [name];
}

function construct({ model, idOf, unknownId }: WordModel): (words: string[]) => string[] {
  switch (model.type) {
    case 'Unigram':
      return library(model);
    case 'WordPiece':
      return library({ ...model, vocab: Object.fromEntries(idOf) });
    default: {
      // Building the library's tables of a large vocabulary takes seconds; this replaces them.
      const rankOf = loadMerges(model.merges ?? [], idOf);
      const ranks = { get: (pair: string) => rankOf(...(JSON.parse(pair) as [string, string])) };
      const tables = { tokens_to_ids: idOf, unk_token_id: unknownId, bpe_ranks: ranks };
      return Object.assign(library({ ...model, vocab: {}, merges: [] }), tables);
    }
  }
}

function library(model: object): (words: string[]) => string[] {
  const only = {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    added_tokens: [],
  };
  const found = inOneSentence(() => new HuggingFaceTokenizer({ ...only, model }, {}).model);
  if (!found) throw new Error('tokenizer.json: cannot be used (it has no model).');
  return found;
}

/** The library's messages say nothing about the file. */
function inOneSentence<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`tokenizer.json: cannot be used (${reasonOf(error)}).`);
  }
}
