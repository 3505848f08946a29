/** The open lens, as documents name it and as experiments read its matrices among the weights. */
import { type JacobianLens, LENS_WEIGHTS, type LensInfo, lensWeight } from '../model/lens';
import { quoted } from '../util/parse';

export const noLens = () =>
  new Error('jacobian lens: this model has none, got no lens, expected an open one. Open or fit one first.');

/** What a model's lens says of itself; null: none is open. */
export function infoOf(lens: JacobianLens | null): LensInfo | null {
  if (!lens) return null;
  const { matrices: _, ...info } = lens;
  return info;
}

/** Null: `name` is no matrix of a lens. Throws an Error if the open lens, or none, lacks it. */
export function lensMatrix(name: string, lens: JacobianLens | null): Float32Array | null {
  if (!name.startsWith(LENS_WEIGHTS)) return null;
  if (!lens) throw noLens();
  const layer = lens.layers.find((one) => lensWeight(one) === name);
  if (layer !== undefined) return lens.matrices.get(layer)!;
  throw new Error(
    `jacobian lens: has no such layer, got ${quoted(name)}, expected one of ${lens.layers.join(', ')}. Open a lens that has it.`,
  );
}
