/** The pictures of a folder such as `public/models/shapes`, as its net takes them. */
import { blobSource } from '../../../load/bytes';
import { decodePicture } from '../../../load/image/decode';
import { netImage } from '../../../load/image/preprocess';
import { parsePreprocessing } from '../../../load/image/preprocessorConfig';
import { readZip } from '../../../load/pickle/zip';
import type { NetSpec } from '../../../model/net';

/** `read`: a file of the folder. */
export async function scenesOf(read: (name: string) => Promise<Uint8Array<ArrayBuffer>>, { input }: NetSpec) {
  const config = new TextDecoder().decode(await read('preprocessor_config.json'));
  const preprocessing = parsePreprocessing(config, 'p.json');
  const archive = await read('scenes.zip');
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
