/** Writes safetensors: 8 bytes of header length, a JSON header, then the tensors' bytes. */
import { elements } from '../util/elements';
import { quoted } from '../util/parse';

export interface FloatTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/**
 * Bytes of a file of F32 tensors, in order, or F16 ones, given as the 16 bits of each half. Throws an
 * Error if a shape and its data differ.
 */
export function writeSafetensors(
  tensors: Readonly<
    Record<string, Pick<FloatTensor, 'shape'> & { readonly data: Float32Array | Uint16Array }>
  >,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let size = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (elements(shape) !== data.length)
      throw new Error(
        `safetensors: tensor ${quoted(name)} does not fit its shape, got ${data.length} numbers, expected ${elements(shape)}.`,
      );
    const begin = size;
    size += data.byteLength;
    const dtype = data instanceof Float32Array ? 'F32' : 'F16';
    header[name] = { dtype, shape, data_offsets: [begin, size] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The data begin at a multiple of 8; spaces may pad the JSON.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + size).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let at = 8 + length;
  // Typed arrays are little-endian on every platform that has WebGPU.
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
