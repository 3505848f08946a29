/** Pictures, and the files that say how a net takes them. */
import { decodePicture } from '../../src/load/image/decode';
import { parseLabels, parsePreprocessing } from '../../src/load/image/preprocessorConfig';
import { jsonOf, textOf } from '../corpus';
import { mutateBytes } from '../mutate/bytes';
import { mutateText } from '../mutate/text';
import { NOTHING_LOST, target } from '../target';

const pngs = () => {
  const { files } = jsonOf('reference/images/goldens/pillow.json') as { files: readonly { png: string }[] };
  return files.map(({ png }) => Uint8Array.from(Buffer.from(png, 'base64')));
};
const ppm = () =>
  Uint8Array.from([...new TextEncoder().encode('P6\n# made\n4 3\n255\n'), ...Array(36).keys()]);

export const picture = target<Uint8Array>({
  name: 'picture',
  seeds: () => [...pngs(), ppm()],
  mutate: (file, random) => mutateBytes(file, random, random.chance(0.5) ? 60 : file.length),
  async run(bytes) {
    decodePicture('picture.png', bytes);
    return NOTHING_LOST;
  },
});

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  'null',
  'true',
  '1e999',
  '-1',
  '0',
  '"size"',
  '"0"',
  '"__proto__": {}',
];
const FOLDER = 'public/models/shapes';

export const preprocessor = target<string>({
  name: 'preprocessor',
  seeds: () => [textOf(`${FOLDER}/preprocessor_config.json`)],
  mutate: (text, random) => mutateText(text, random, PIECES),
  async run(text) {
    parsePreprocessing(text, 'preprocessor_config.json');
    return NOTHING_LOST;
  },
});

export const labels = target<string>({
  name: 'labels',
  seeds: () => [textOf(`${FOLDER}/config.json`)],
  mutate: (text, random) => mutateText(text, random, PIECES),
  async run(text) {
    parseLabels(text, 'config.json');
    return NOTHING_LOST;
  },
});
