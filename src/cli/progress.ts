/** A line on stderr that is rewritten in place, on a terminal only. */
import type { Context } from './context';

export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

export function progressLine({
  isTerminal,
  overwrite,
}: Pick<Context, 'isTerminal' | 'overwrite'>): ProgressLine {
  let last = '';
  const write = (text: string) => {
    if (!isTerminal || text === last) return;
    overwrite(text.padEnd(last.length));
    last = text;
  };
  return {
    show: write,
    clear: () => {
      if (last === '') return;
      write('');
      overwrite('');
    },
  };
}
