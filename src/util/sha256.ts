/** SHA-256 of some bytes as 64 hex digits, by the platform's own implementation (browser and Node). */
export async function sha256(data: Blob | ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw new Error('sha256: this page has no crypto.subtle. Open it over https or on localhost.');
  }
  const bytes = data instanceof Blob ? await data.arrayBuffer() : data;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
