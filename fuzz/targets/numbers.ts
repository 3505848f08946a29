/** Numbers that a form reads from a file or a field. */
import { npyOf } from '../../src/app/parts/form/npyOf';
import { numbersOf } from '../../src/app/parts/form/numbersOf';
import { floats, toNpy } from '../../src/share/npy';
import { mutateBytes } from '../mutate/bytes';
import { mutateText } from '../mutate/text';
import { NOTHING_LOST, target } from '../target';

export const numbers = target<string>({
  name: 'numbers',
  seeds: () => ['1, -2.5 3e-2', '[0.1,\n 2]\n', '0;1;2\r\n3\t4', `${'0.125 '.repeat(768)}`],
  mutate: (text, random) => mutateText(text, random, [',', ' ', '[', ']', '1e999', 'NaN', '0x1f', '-', '\n']),
  async run(text) {
    numbersOf(text);
    return NOTHING_LOST;
  },
});

const list = Array.from({ length: 64 }, (_, i) => i / 8);

export const npy = target<Uint8Array>({
  name: 'npy',
  seeds: () => [toNpy(floats(list)), toNpy(floats(list, [1, 64])), toNpy(floats([1, -2.5]))],
  mutate: (bytes, random) => mutateBytes(bytes, random, random.chance(0.5) ? 128 : bytes.length),
  async run(bytes) {
    npyOf(bytes);
    return NOTHING_LOST;
  },
});
