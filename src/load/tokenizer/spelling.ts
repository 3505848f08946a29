/**
 * How a vocabulary's token is spelt: the bytes that it contributes to a word as the model reads it,
 * and its text for people. Three alphabets: GPT-2's byte-level one, SentencePiece's ('▁' for a
 * space, '<0xE6>' for a byte), and WordPiece's ('##' before a piece that continues a word).
 */
import { byteLevelBytes } from '../byteLevel';
import { utf8Bytes } from './placed';

export type Alphabet = 'byte-level' | 'sentencepiece' | 'wordpiece';

export interface Spelling {
  /** The token's bytes within a word; `continues`: it is not the word's first. */
  bytes(token: string, continues: boolean): Uint8Array;
  /** UTF-8 of the token's text for people, possibly part of a character. WordPiece's '##' stays. */
  shown(token: string): Uint8Array;
}

/** `prefix`: WordPiece's mark of a continuing piece; `byteFallback`: '<0xE6>' stands for a byte. */
export function spellingOf(alphabet: Alphabet, prefix: string, byteFallback: boolean): Spelling {
  switch (alphabet) {
    case 'byte-level':
      return { bytes: byteLevel, shown: byteLevel };
    case 'wordpiece':
      return {
        bytes: (token, continues) =>
          utf8Bytes(continues && token.startsWith(prefix) ? token.slice(prefix.length) : token),
        shown: utf8Bytes,
      };
    case 'sentencepiece': {
      const byte = (token: string) => (byteFallback ? byteOf(token) : null);
      return {
        bytes: (token) => byte(token) ?? utf8Bytes(token),
        shown: (token) => byte(token) ?? utf8Bytes(token.replaceAll('▁', ' ')),
      };
    }
  }
}

/** A name outside the alphabet stands for itself, as in `tokenizers`. */
function byteLevel(token: string): Uint8Array {
  return byteLevelBytes(token) ?? utf8Bytes(token);
}

function byteOf(token: string): Uint8Array | null {
  const match = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
  return match && Uint8Array.of(Number.parseInt(match[1]!, 16));
}
