/**
 * PNG pictures of 8 bits a channel, without interlacing: https://www.w3.org/TR/png-3. The page leaves
 * decoding to the browser; the command line has this. Transparent pixels are shown on black, as a
 * conversion to RGB that drops alpha does.
 */
import { Unzlib } from 'fflate';
import { concat } from '../../util/concat';
import { named } from '../../util/parse';
import type { Pixels } from '../../model/picture';
import { checkEdges } from './edges';

const MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bytes per pixel by colour type: grey, RGB, palette, grey with alpha, RGBA. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Compressed bytes; they expand to at most a thousand times as many. */
const PIECE = 2 ** 12;

export const isPng = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** Throws one sentence for a file that is damaged or of another kind. */
export function decodePng(name: string, bytes: Uint8Array): Pixels {
  const where = named(name);
  const chunks = chunksOf(where, bytes);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header?.length !== 13) throw damaged(where, 'no header');
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bits, colour, , , interlace] = header.subarray(8);
  checkEdges(where, width, height);
  const channels = CHANNELS[colour!];
  if (bits !== 8 || channels === undefined || interlace !== 0) {
    throw new Error(
      `${where}: is a PNG of another kind, got ${bits} bits, colour type ${colour}${interlace ? ', interlaced' : ''}, expected 8 bits a channel without interlacing. Save it again as RGB.`,
    );
  }
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data;
  if (colour === 3 && !palette) throw damaged(where, 'no palette');
  const packed = concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const stride = width * channels;
  const raw = unfiltered(where, inflated(where, packed, (stride + 1) * height), stride, channels);
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    for (let c = 0; c < 3; c++)
      data[3 * i + c] =
        palette && colour === 3 ? (palette[3 * raw[at]! + c] ?? 0) : raw[at + (channels < 3 ? 0 : c)]!;
  }
  return { width, height, data };
}

const damaged = (where: string, got: string): Error =>
  new Error(`${where}: is no whole PNG, got ${got}, expected a header and its pixels. The file is damaged.`);

function chunksOf(where: string, bytes: Uint8Array): { type: string; data: Uint8Array }[] {
  const chunks = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = MAGIC.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = new TextDecoder('latin1').decode(bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) throw damaged(where, `${bytes.length} bytes`);
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

/** In pieces, so that pixels without end are noticed early. */
function inflated(where: string, packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  const stream = new Unzlib((piece) => {
    if (at + piece.length <= size) out.set(piece, at);
    at += piece.length;
  });
  try {
    for (let begin = 0; begin < packed.length && at <= size; begin += PIECE)
      stream.push(packed.subarray(begin, begin + PIECE), begin + PIECE >= packed.length);
  } catch {
    at = -1;
  }
  if (at === size) return out;
  throw damaged(where, 'other pixels than its header says');
}

/** Rows without their filter bytes: each filter adds a prediction from the left and above. */
function unfiltered(where: string, rows: Uint8Array, stride: number, channels: number): Uint8Array {
  const count = rows.length / (stride + 1);
  const out = new Uint8Array(stride * count);
  for (let y = 0; y < count; y++) {
    const filter = rows[y * (stride + 1)]!;
    if (filter > 4) throw damaged(where, `filter ${filter}`);
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < channels ? 0 : out[at - channels]!;
      const above = y === 0 ? 0 : out[at - stride]!;
      const corner = x < channels || y === 0 ? 0 : out[at - stride - channels]!;
      out[at] = rows[y * (stride + 1) + 1 + x]! + predicted(filter, left, above, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter === 0) return 0;
  const estimate = left + above - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - above), Math.abs(estimate - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}
