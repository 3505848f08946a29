/** CRC-32 (ISO-HDLC, as in gzip and PNG): detects damage. Not a signature. */
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = table[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Checksum of the text's UTF-8 bytes, 8 hex digits. */
export const textCrc32 = (text: string): string =>
  crc32(new TextEncoder().encode(text)).toString(16).padStart(8, '0');
