/** GPT-2's byte-level alphabet: each of the 256 bytes written as one printable character. */

const PRINTABLE = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
] as const;

const byteOf = new Map<string, number>();
for (const [first, last] of PRINTABLE) {
  for (let byte = first; byte <= last; byte++) byteOf.set(String.fromCharCode(byte), byte);
}
// The bytes that print as nothing or as a blank take the characters from U+0100 on, in order.
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  if (!PRINTABLE.some(([first, last]) => byte >= first && byte <= last))
    byteOf.set(String.fromCharCode(next++), byte);
}

/** 'ĠParis' -> the bytes of ' Paris'; null if a character is none of the alphabet's. */
export function byteLevelBytes(spelling: string): Uint8Array | null {
  const bytes = Array.from(spelling, (character) => byteOf.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : null;
}
