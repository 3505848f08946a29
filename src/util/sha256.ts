/**
 * SHA-256 of bytes that arrive in pieces; the platform's own implementation needs them all at once.
 */
import { sha256 as noble } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

export class Sha256 {
  private readonly hash = noble.create();

  update(bytes: Uint8Array): this {
    this.hash.update(bytes);
    return this;
  }

  /** 64 hex digits. Nothing can be added after this. */
  digest(): string {
    return bytesToHex(this.hash.digest());
  }
}

/** SHA-256 of a text's UTF-8 bytes, 64 hex digits. */
export function sha256OfText(text: string): string {
  return new Sha256().update(new TextEncoder().encode(text)).digest();
}
