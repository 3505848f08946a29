import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sha256, sha256OfText } from './sha256';

describe('sha256', () => {
  it('gives the test vectors of FIPS 180', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(new Sha256().digest()).toBe(empty);
    expect(sha256OfText('abc')).toBe(abc);
    expect(new Sha256().update(Uint8Array.of(97)).update(Uint8Array.of(98, 99)).digest()).toBe(abc);
  });

  it("agrees with Node's own hash on bytes that come in pieces", () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 131 + (i >> 7)) & 0xff);
    const hash = new Sha256();
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 4099) {
      hash.update(bytes.subarray(at, at + size));
    }
    expect(hash.digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
