/** Numbers that a form reads from a file or a field. */
import { numbersOf } from '../../src/app/parts/form/numbersOf';
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
