/** The name of a lens: the SHA-256 of its numbers. */
import { Sha256 } from '../../util/sha256';

/** Of the matrices' numbers as float32, in the order of layers. */
export function lensHash(matrices: ReadonlyMap<number, Float32Array>): string {
  const hash = new Sha256();
  for (const layer of [...matrices.keys()].sort((a, b) => a - b)) {
    const { buffer, byteOffset, byteLength } = matrices.get(layer)!;
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest();
}
