/** Pixels of a picture's file that the browser reads: JPEG, WebP and others. */
import type { Pixels } from '../../model/picture';
import { named } from '../../util/parse';

/** Along an edge, as for the files that are read here. */
const MOST_EDGE = 8192;

/** Rejects with one sentence. Transparent pixels become white. */
export async function browserPixels(name: string, blob: Blob): Promise<Pixels> {
  const image = await createImageBitmap(blob, { colorSpaceConversion: 'none' }).catch(() => {
    throw new Error(
      `${named(name)}: is no picture that can be read, got ${blob.size} bytes, expected PNG, JPEG, WebP or another kind that this browser knows.`,
    );
  });
  const { width, height } = image;
  if (width > MOST_EDGE || height > MOST_EDGE) {
    image.close();
    throw new Error(
      `${named(name)}: is too large, got ${width} x ${height} pixels, expected at most ${MOST_EDGE} along an edge.`,
    );
  }
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  image.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[4 * i + c]!;
  return { width, height, data: rgb };
}
