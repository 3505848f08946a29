/** Writes a PNG with 8 bits a channel (ISO/IEC 15948): header, one block of pixels, end. */
import { zlibSync } from 'fflate';
import type { Pixels } from '../../model/picture';
import { concat } from '../../util/concat';
import { crc32 } from '../../util/crc32';

const MAGIC = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Each row is stored as differences from the pixel on the left, which compress better. */
const SUB = 1;

export function encodePng({ width, height, data }: Pixels): Uint8Array {
  const stride = 3 * width;
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const [to, from] = [y * (stride + 1), y * stride];
    rows[to] = SUB;
    for (let x = 0; x < stride; x++) rows[to + 1 + x] = data[from + x]! - (x < 3 ? 0 : data[from + x - 3]!);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // 8 bits, red green blue, the only compression, filters per row, not interlaced.
  header.set([8, 2, 0, 0, 0], 8);
  return concat([
    MAGIC,
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = concat([new TextEncoder().encode(type), data]);
  const out = new Uint8Array(8 + named.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(named, 4);
  view.setUint32(4 + named.length, crc32(named));
  return out;
}
