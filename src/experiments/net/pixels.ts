/** Pictures from nets' inputs, and back. */
import { normalised, pictureShape, unnormalised } from '../../model/picture';
import type { NetLab, NetQuestion, ShownPicture } from './experiment';

/** [3, H, W] in 0 to 1 (1 channel stays 1), from an input of the net. Null if that is no picture. */
export function toPixels({ net }: Pick<NetLab, 'net'>, { preprocessing }: NetQuestion, input: Float32Array) {
  const shape = pictureShape(net.input);
  if (shape === null || preprocessing === null) return null;
  const { channels, height, width, at } = shape;
  const each = height * width;
  const unit = 255 * preprocessing.scale;
  const out = new Float32Array(channels * each);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < each; i++)
      out[c * each + i] = unnormalised(input[at(c, i)]!, c, preprocessing) / unit;
  return { channels, height, width, data: out };
}

/** The input of the net for pixels as `toPixels` gives them. */
export function toInput({ net }: Pick<NetLab, 'net'>, { preprocessing }: NetQuestion, pixels: Float32Array) {
  const { channels, height, width, at } = pictureShape(net.input)!;
  const each = height * width;
  const unit = 255 * preprocessing!.scale;
  const out = new Float32Array(channels * each);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < each; i++)
      out[at(c, i)] = normalised(pixels[c * each + i]! * unit, c, preprocessing!);
  return out;
}

/** [1 or 3, H, W] in 0 to 1 as bytes; a grey picture becomes grey in three channels. */
export function bytesOf({
  channels,
  height,
  width,
  data,
}: Omit<NonNullable<ReturnType<typeof toPixels>>, 'data'> & { readonly data: Float32Array }): Pick<
  ShownPicture,
  'width' | 'height' | 'data'
> {
  const each = height * width;
  const bytes = new Uint8Array(3 * each);
  for (let i = 0; i < each; i++)
    for (let c = 0; c < 3; c++) {
      const value = data[(channels === 1 ? 0 : c) * each + i]!;
      bytes[3 * i + c] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  return { width, height, data: bytes };
}

/** Picture `index` of the question, as the net sees it. */
export function questionPicture(lab: NetLab, spec: NetQuestion, index: number): ShownPicture | null {
  const pixels = toPixels(lab, spec, lab.images[index]!);
  return pixels && { ...spec.images[index]!, ...bytesOf(pixels) };
}
