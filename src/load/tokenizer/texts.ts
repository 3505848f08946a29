/**
 * The spelling of every token, in a form that is cheap to send to another thread: the UTF-8 of all
 * texts in a row. Decoding runs nothing from a file, so it needs no thread of its own.
 */
import { textOrBytes, utf8Bytes, utf8Text } from './placed';

export interface TokenTable {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offset of each token's text, by id. */
  readonly begins: Uint32Array<ArrayBuffer>;
  /** Its bytes; NONE for an id without a token. */
  readonly lengths: Int32Array<ArrayBuffer>;
}

const NONE = -1;

export interface TokenTexts {
  /** Text of one token: partial characters as '<0xE6>', an id without a token as '<unused 17>'. */
  decode(id: number): string;
  /** Text of consecutive tokens; pieces of one character are joined. */
  decodeAll(ids: readonly number[]): string;
  /** Largest id + 1. */
  readonly vocabSize: number;
}

/** `bytesOf`: a token's text; null if the id has none. */
export function tokenTable(size: number, bytesOf: (id: number) => Uint8Array | null): TokenTable {
  const begins = new Uint32Array(size);
  const lengths = new Int32Array(size).fill(NONE);
  let bytes = new Uint8Array(16 * size);
  let end = 0;
  for (let id = 0; id < size; id++) {
    const text = bytesOf(id);
    if (!text) continue;
    if (end + text.length > bytes.length) {
      const larger = new Uint8Array(2 * (end + text.length));
      larger.set(bytes);
      bytes = larger;
    }
    bytes.set(text, end);
    begins[id] = end;
    lengths[id] = text.length;
    end += text.length;
  }
  return { bytes: bytes.slice(0, end), begins, lengths };
}

export function tokenTexts({ bytes, begins, lengths }: TokenTable): TokenTexts {
  const bytesOf = (id: number): Uint8Array => {
    const length = lengths[id] ?? NONE;
    return length === NONE ? utf8Bytes(`<unused ${id}>`) : bytes.subarray(begins[id]!, begins[id]! + length);
  };
  const texts = new Map<number, string>();
  const decode = (id: number): string => {
    const text = texts.get(id) ?? textOrBytes(bytesOf(id));
    texts.set(id, text);
    return text;
  };
  return {
    decode,
    decodeAll: (ids) => utf8Text(Uint8Array.from(ids.flatMap((id) => [...bytesOf(id)]))),
    vocabSize: lengths.length,
  };
}
