/** Subjects as byte ranges of the prompt: found in text, mapped to tokens, kept through edits. */
import type { Token } from '../engine/api';
import type { ByteRange } from './stores/draft';

const encoder = new TextEncoder();

/** Token positions [begin, end) that overlap the bytes; null for none. */
export function tokensOfBytes(tokens: readonly Token[], bytes: ByteRange): readonly [number, number] | null {
  const hit = tokens.flatMap((token, index) =>
    token.bytes && token.bytes[0] < bytes[1] && token.bytes[1] > bytes[0] ? [index] : [],
  );
  return hit.length === 0 ? null : [hit[0]!, hit.at(-1)! + 1];
}

/** Bytes of the token positions [begin, end); null for BOS only. */
export function bytesOfTokens(
  tokens: readonly Token[],
  [begin, end]: readonly [number, number],
): ByteRange | null {
  const ranges = tokens.slice(begin, end).flatMap((token) => (token.bytes ? [token.bytes] : []));
  return ranges.length === 0 ? null : [ranges[0]![0], ranges.at(-1)![1]];
}

/** Byte range of `text` in the prompt; null if missing or ambiguous: never guesses. */
export function findSubject(prompt: string, text: string): ByteRange | null {
  const at = prompt.indexOf(text);
  if (text === '' || at < 0 || prompt.indexOf(text, at + 1) >= 0) return null;
  const begin = encoder.encode(prompt.slice(0, at)).length;
  return [begin, begin + encoder.encode(text).length];
}

/** A marked range after an edit, as in a text editor; null if the edit split it. */
export function followEdit(range: ByteRange, before: string, after: string): ByteRange | null {
  const old = encoder.encode(before);
  const now = encoder.encode(after);
  const shorter = Math.min(old.length, now.length);
  let prefix = 0;
  while (prefix < shorter && old[prefix] === now[prefix]) prefix++;
  let suffix = 0;
  while (suffix < shorter - prefix && old[old.length - 1 - suffix] === now[now.length - 1 - suffix]) suffix++;
  const [begin, end] = range;
  const editEnd = old.length - suffix;
  const growth = now.length - old.length;
  if (prefix >= end) return range;
  if (editEnd <= begin) return [begin + growth, end + growth];
  if (prefix < begin || editEnd > end) return null;
  return end + growth > begin ? [begin, end + growth] : null;
}

/** The prompt's text under the bytes. */
export function textOf(prompt: string, [begin, end]: ByteRange): string {
  return new TextDecoder().decode(encoder.encode(prompt).subarray(begin, end)).trim();
}
