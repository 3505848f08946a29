/**
 * What a token of the vocabulary spells: the bytes that it stands for in a word as the model reads it, and the text
 * that people read. Three alphabets: GPT-2's byte-level one, SentencePiece's ('▁' for a space, '<0xE6>' for a byte),
 * and WordPiece's ('##' before a piece that continues a word).
 */
import { byteLevelBytes } from '../byteLevel';
import { utf8Bytes } from './placed';

export type Alphabet = 'byte-level' | 'sentencepiece' | 'wordpiece';

export interface Spelling {
  /** Bytes of the token within a word; `continues`: it is not the word's first. */
  bytes(token: string, continues: boolean): Uint8Array;
  /** UTF-8 of the token's text as people read it, perhaps a piece of a character. WordPiece's '##' stays. */
  shown(token: string): Uint8Array;
}

/** `prefix`: WordPiece's mark of a piece that continues a word; `byteFallback`: '<0xE6>' are bytes. */
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

/** A name that is not of the alphabet is itself, as in `tokenizers`. */
function byteLevel(token: string): Uint8Array {
  return byteLevelBytes(token) ?? utf8Bytes(token);
}

function byteOf(token: string): Uint8Array | null {
  const match = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
  return match && Uint8Array.of(Number.parseInt(match[1]!, 16));
}
