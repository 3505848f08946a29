/** Mutations of bytes: flips, cuts, insertions, and numbers in place of lengths and counts. */
import { concat } from '../../src/util/concat';
import type { Random } from '../random';

const WORDS = [0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** A copy of `bytes` with one to three changes among the first `within` bytes. */
export function mutateBytes(
  bytes: Uint8Array,
  random: Random,
  within = bytes.length,
): Uint8Array<ArrayBuffer> {
  let changed = Uint8Array.from(bytes);
  const changes = 1 + random.below(3);
  for (let i = 0; i < changes; i++) changed = change(changed, random, Math.min(within, changed.length));
  return changed;
}

function change(bytes: Uint8Array<ArrayBuffer>, random: Random, within: number): Uint8Array<ArrayBuffer> {
  const at = random.below(within + 1);
  const size = 1 + random.below(random.chance(0.5) ? 8 : 200);
  switch (random.below(within === 0 ? 1 : 7)) {
    case 0:
      return concat([
        bytes.subarray(0, at),
        Uint8Array.from({ length: size }, () => random.below(256)),
        bytes.subarray(at),
      ]);
    case 1:
      if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
      return bytes;
    case 2:
      if (at < bytes.length) bytes[at] = random.below(256);
      return bytes;
    case 3:
      return concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
    case 4:
      return concat([bytes.subarray(0, at + size), bytes.subarray(at)]);
    case 5:
      return random.chance(0.2) ? bytes.slice(0, at) : number(bytes, at, random);
    default:
      return number(bytes, at, random);
  }
}

/** Overwrites 1, 2, 4 or 8 bytes with a number: an extreme, or one near the old value. */
function number(bytes: Uint8Array<ArrayBuffer>, at: number, random: Random): Uint8Array<ArrayBuffer> {
  const width = random.pick([1, 2, 4, 8]);
  if (at + width > bytes.length) return bytes;
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]!);
  value = random.chance(0.5) ? value + BigInt(random.pick([-1, 1, 8, -8])) : BigInt(random.pick(WORDS));
  for (let i = 0; i < width; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return bytes;
}
