/** Text tables for a terminal. */
import { maxOf } from '../util/lists';
import { visible } from '../util/visible';

/** Left-aligns the first column, right-aligns the others. */
export function aligned(given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(visible));
  const widths = rows[0]!.map((_, column) => maxOf(rows.map((row) => [...row[column]!].length)));
  return rows.map((row) =>
    row
      .map((text, column) => {
        const padding = ' '.repeat(widths[column]! - [...text].length);
        return column === 0 ? text + padding : padding + text;
      })
      .join('  ')
      .trimEnd(),
  );
}
