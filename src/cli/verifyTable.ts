/** Errors per hook site as a table. */
import type { SiteError, VerifyAgainst } from '../engine/api';
import type { ModelSpec } from '../model/spec';
import { listSites } from '../model/sites';
import { maxOf } from '../util/lists';

export interface SiteErrors extends SiteError {
  readonly against: 'golden' | VerifyAgainst;
  /** Name of the prompt. */
  readonly where: string;
}

/** One line per kind of site, with its worst tensor; with `full`, one line per site. */
export function errorTable(
  spec: ModelSpec,
  errors: readonly SiteErrors[],
  other: VerifyAgainst,
  full: boolean,
): string[] {
  const kindOf = new Map(listSites(spec).map(({ name, kind }) => [name, full ? name : kind]));
  const lines = [...new Set(kindOf.values())];
  const rows = lines.flatMap((line) => {
    const own = errors.filter(({ site }) => kindOf.get(site) === line);
    if (own.length === 0) return [];
    return [[line, ...cells(own, 'golden', full), ...cells(own, other, full)]];
  });
  const head = [
    'hook site',
    'golden: error',
    'largest',
    'relative',
    'at',
    `${other}: error`,
    'largest',
    'relative',
    'at',
  ];
  const table = [head, ...rows];
  const widths = head.map((_, column) => maxOf(table.map((row) => row[column]!.length)));
  const isLeft = (column: number) => [0, 4, 8].includes(column);
  return table.map((row) =>
    row
      .map((text, i) => (isLeft(i) ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

function cells(errors: readonly SiteErrors[], against: SiteErrors['against'], full: boolean): string[] {
  const own = errors.filter((error) => error.against === against);
  if (own.length === 0) return ['-', '', '', ''];
  const worst = own.reduce((a, b) => (b.relative > a.relative ? b : a));
  const layer = /^blocks\.(\d+)\./.exec(worst.site)?.[1];
  const block = layer === undefined || full ? '' : ` block ${layer}`;
  const number = (value: number) => (value === 0 ? '0' : value.toExponential(1));
  return [number(worst.maxAbsError), number(worst.scale), number(worst.relative), `${worst.where}${block}`];
}
