/** Row-mapped sources: row i of an edit takes row `rows[i]` of an earlier run of any length. */
import type { Site } from '../../model/siteKinds';
import { quoted } from '../../util/parse';
import type { EditSource } from './types';

export type RunSource = Extract<EditSource, { readonly kind: 'run' }>;

/** The destination and source of an edit's values. */
export interface Mapping {
  readonly rows: readonly number[];
  /** Number of tokens in the edit's run and in the source's. */
  readonly ours: number;
  readonly theirs: number;
  /** The edit's site and the source's. */
  readonly sites: readonly Site[];
}

/**
 * Returns the source with checked rows, or without them if they equal the default.
 * @throws Error if the rows do not match the edit's one to one, one is out of range, or columns are
 * keys of another prompt.
 */
export function checkSourceRows(where: string, source: RunSource, mapping: Mapping): RunSource {
  const { rows, ...plain } = source;
  if (!rows) return plain;
  const { ours, theirs, sites } = mapping;
  if (rows.length !== mapping.rows.length)
    throw new Error(
      `${where}: source rows, got ${rows.length}, expected ${mapping.rows.length}, one for each row of the edit.`,
    );
  const bad = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= theirs);
  if (bad !== undefined)
    throw new Error(
      `${where}: source row out of range, got ${bad}, expected 0..${theirs - 1}, a position of run ${quoted(source.run)}.`,
    );
  if (ours !== theirs && sites.some(({ axes }) => axes.includes('S')))
    throw new Error(
      `${where}: source run ${quoted(source.run)} has ${theirs} tokens, expected ${ours}: its columns are keys. ` +
        'Use prompts of equal length.',
    );
  return ours === theirs && rows.every((row, i) => row === mapping.rows[i]) ? plain : source;
}
