/** Writes safetensors: 8 bytes of header length, a JSON header, then the tensors' bytes. */
import { elements } from './stored';
import { quoted } from '../util/parse';

export interface FloatTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** Bytes of a file of F32 tensors, in order. Throws an Error if a shape and its data differ. */
export function writeSafetensors(
  tensors: Readonly<Record<string, FloatTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let size = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (elements(shape) !== data.length)
      throw new Error(
        `safetensors: tensor ${quoted(name)} does not fit its shape, got ${data.length} numbers, expected ${elements(shape)}.`,
      );
    const begin = size;
    size += 4 * data.length;
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, size] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The data begin at a multiple of 8; spaces may pad the JSON.
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + size).fill(0x20, 8, 8 + length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const { data } of Object.values(tensors)) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}
