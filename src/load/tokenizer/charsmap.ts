/**
 * SentencePiece's table of characters (`precompiled_charsmap` of tokenizer.json), which replaces a
 * character or a short cluster before the text is split. The bytes are a double-array trie over
 * UTF-8, then zero-terminated texts that its values point to. Sources: Darts-clone;
 * `spm_precompiled` of Hugging Face, whose rule (a cluster is replaced according to its shortest
 * known prefix) published tokenizers rely on.
 */
import { utf8Bytes, utf8Text } from './placed';

export interface CharsMap {
  /** The units in which the table sees a text. */
  parts(text: string): Iterable<{ readonly segment: string; readonly index: number }>;
  /** The replacement of a part; null to keep it. */
  change(part: string): string | null;
}

/** Clusters of at least this many bytes are looked up character by character. */
const LONG = 6;

/** Base64 -> table. Throws an Error if it is invalid. */
export function loadCharsMap(base64: string): CharsMap {
  const bytes = decodeBase64(base64);
  const view = new DataView(bytes.buffer);
  const trieBytes = bytes.length < 4 ? 0 : view.getUint32(0, true);
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length)
    return refuse(`a table of ${trieBytes} bytes in ${bytes.length}`);
  // A node beyond the table has no children and no value.
  const unit = (node: number) => (node * 4 < trieBytes ? view.getUint32(4 + node * 4, true) : 0);
  const texts = bytes.subarray(4 + trieBytes);

  const change = (part: string): string | null => {
    let node = children(0, unit(0));
    for (const byte of utf8Bytes(part)) {
      node ^= byte;
      const found = unit(node);
      if (byte === 0 || (found & 0x800000ff) !== byte) return null;
      node = children(node, found);
      if ((found & 0x100) !== 0) {
        const begin = unit(node) & 0x7fffffff;
        const end = texts.indexOf(0, begin);
        return utf8Text(texts.subarray(begin, end === -1 ? texts.length : end));
      }
    }
    return null;
  };

  const clusters = new Intl.Segmenter('und', { granularity: 'grapheme' });
  function* parts(text: string) {
    for (const { segment, index } of clusters.segment(text)) {
      if (utf8Bytes(segment).length < LONG && change(segment) !== null) {
        yield { segment, index };
        continue;
      }
      let at = index;
      for (const character of segment) {
        yield { segment: character, index: at };
        at += character.length;
      }
    }
  }
  return { parts, change };
}

/** Base index of a node's children: the child for a byte is at this index XOR the byte. */
function children(node: number, unit: number): number {
  return node ^ ((unit >>> 10) << ((unit & 0x200) >>> 6));
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return refuse('no base64');
  }
}

function refuse(got: string): never {
  throw new Error(
    `tokenizer.json: normalizer: precompiled_charsmap is damaged, got ${got}, expected SentencePiece's table.`,
  );
}
