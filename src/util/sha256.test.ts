import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from './sha256';

describe('sha256', () => {
  it('gives the test vectors of FIPS 180', async () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(await sha256(new ArrayBuffer(0))).toBe(empty);
    expect(await sha256(new TextEncoder().encode('abc'))).toBe(abc);
    expect(await sha256(new Blob(['a', 'bc']))).toBe(abc);
  });

  it("agrees with Node's own hash on bytes that are no text", async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 131 + (i >> 7)) & 0xff);
    expect(await sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
