/** Means over prompts with intervals, as rows of a table. */
import { averaged, clusterOf, type Over } from '../../src/experiments/common/average';
import type { StudyCase } from '../../src/experiments/common/spec';

export const overOf = (cases: readonly StudyCase[]): Over => ({ clusters: cases.map(clusterOf) });

/** '0.91 [0.88, 0.94]' per column of `perCase`. */
export function cellsOf(perCase: readonly (readonly (number | null)[])[], over: Over): string[] {
  const { values, intervals } = averaged(perCase, over);
  return values.map((value, c) => {
    const interval = intervals?.[c];
    const within = interval ? ` [${interval.map((end) => end.toFixed(2)).join(', ')}]` : '';
    return `${value?.toFixed(2) ?? '-'}${within}`;
  });
}

export const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

export const header = (names: readonly string[]): string =>
  `\n${row(names)}\n|${'---|'.repeat(names.length)}`;
