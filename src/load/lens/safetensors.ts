/** A lens as safetensors, Loci's own form: a matrix per layer, and a few words of metadata. */
import { LENS_WEIGHTS } from '../../model/lens';
import type { ByteSource } from '../bytes';
import { openTensorFile, readSafetensorsHeader } from '../safetensors';
import { type LensTable, lensTable } from './table';

/** `__metadata__.format` of such a file. */
export const LENS_FORMAT = 'loci-jacobian-lens';

/** Throws an Error if the file is no such lens, or is damaged. */
export async function safetensorsLens(source: ByteSource, where: string): Promise<LensTable> {
  const { metadata } = await readSafetensorsHeader(source, where);
  if (metadata.format !== LENS_FORMAT)
    throw new Error(
      `${where}: is no Jacobian lens, got safetensors of another kind, expected a file that Loci wrote. Choose the file of a fitted lens.`,
    );
  const { tensors } = await openTensorFile(source, where);
  const number = (text: string | undefined): number | null => (text === undefined ? null : Number(text));
  return lensTable(
    {
      matrices: tensors.map((one) => [
        one.name.startsWith(LENS_WEIGHTS) ? one.name.slice(LENS_WEIGHTS.length) : one.name,
        one,
      ]),
      dModel: null,
      divisor: 1,
      prompts: number(metadata.prompts),
      skipFirst: number(metadata.skip_first),
      target: number(metadata.target_layer),
      corpus: metadata.corpus,
    },
    where,
  );
}
