/**
 * Philox4x32-10, a counter-based random number generator (Salmon, Moraes, Dror & Shaw, "Parallel
 * random numbers: as easy as 1, 2, 3", SC 2011). It is a pure function of key and counter: number i
 * of stream s does not depend on what else is drawn or in what order.
 */

const ROUNDS = 10;

export type Words4 = readonly [number, number, number, number];

/** Four random 32-bit words of a 128-bit counter and a 64-bit key, all as integers in [0, 2^32). */
export function philox4x32(counter: Words4, key: readonly [number, number]): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = [product(0xd2511f53, c0), product(0xcd9e8d57, c2)];
    [c0, c1, c2, c3] = [(b.high ^ c1 ^ k0) >>> 0, b.low, (a.high ^ c3 ^ k1) >>> 0, a.low];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** A double in [0, 1) with 53 random bits: number `index` of a seed's stream; all below 2^32. */
export function uniformAt(seed: number, stream: number, index: number): number {
  const [a, b] = philox4x32([index, stream, 0, 0], [seed, 0]);
  return ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992;
}

/** The 64-bit product x * y, from 16-bit halves so that every intermediate is exact. */
function product(x: number, y: number): { high: number; low: number } {
  const [x1, x0, y1, y0] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const first = x1 * y0 + ((x0 * y0) >>> 16);
  const second = x0 * y1 + (first & 0xffff);
  return {
    high: x1 * y1 + Math.floor(first / 65536) + (second - (second % 65536)) / 65536,
    low: Math.imul(x, y) >>> 0,
  };
}
