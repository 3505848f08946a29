/** Booleans packed eight to a byte, the first in the lowest bit. */
export function bitsOf(flags: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, i) => {
    if (flag) bytes[i >> 3]! |= 1 << (i & 7);
  });
  return bytes;
}

/** The inverse of `bitsOf`; ignores the padding of the last byte. */
export function fromBits(bytes: Uint8Array, n: number): boolean[] {
  return Array.from({ length: n }, (_, i) => ((bytes[i >> 3]! >> (i & 7)) & 1) === 1);
}
