/** GPT-2's byte-level alphabet, which writes each of the 256 bytes as one printable character. */

const PRINTABLE = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
] as const;

/** Indexed by character code; NONE for characters outside the alphabet. */
const NONE = -1;
const byteOf = new Int16Array(0x200).fill(NONE);
const characterOf: string[] = [];
const write = (byte: number, code: number) => {
  characterOf[byte] = String.fromCharCode(code);
  byteOf[code] = byte;
};
for (const [first, last] of PRINTABLE) {
  for (let byte = first; byte <= last; byte++) write(byte, byte);
}
// Invisible and blank bytes take the characters from U+0100 on, in order.
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  if (!PRINTABLE.some(([first, last]) => byte >= first && byte <= last)) write(byte, next++);
}

/** 'ĠParis' -> the bytes of ' Paris'; null if a character is outside the alphabet. */
export function byteLevelBytes(spelling: string): Uint8Array | null {
  const bytes = new Uint8Array(spelling.length);
  for (let i = 0; i < spelling.length; i++) {
    const byte = byteOf[spelling.charCodeAt(i)] ?? NONE;
    if (byte === NONE) return null;
    bytes[i] = byte;
  }
  return bytes;
}

/** The bytes of ' Paris' -> 'ĠParis'. */
export function byteLevelSpelling(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => characterOf[byte]).join('');
}
