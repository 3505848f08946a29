/** The pictures beside `public/models/shapes`, as the net takes them. */
import { readFile } from 'node:fs/promises';
import { blobSource } from '../../../load/bytes';
import { decodePicture } from '../../../load/image/decode';
import { netImage } from '../../../load/image/preprocess';
import { parsePreprocessing } from '../../../load/image/preprocessorConfig';
import { readZip } from '../../../load/pickle/zip';
import type { NetSpec } from '../../../model/net';

export const SHAPES = 'public/models/shapes';

export async function shapesSet({ input }: NetSpec) {
  const preprocessing = parsePreprocessing(
    await readFile(`${SHAPES}/preprocessor_config.json`, 'utf8'),
    'p.json',
  );
  const archive = new Uint8Array(await readFile(`${SHAPES}/scenes.zip`));
  const entries = await readZip(blobSource('scenes.zip', new Blob([archive])), 'scenes.zip');
  return {
    preprocessing,
    /** Those of a class, by name. */
    of: (label: string) =>
      entries
        .filter(({ name }) => name.startsWith(`${label}/`))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, begin, end }) => ({
          name,
          data: netImage(decodePicture(name, archive.subarray(begin, end)), preprocessing, input),
        })),
  };
}
