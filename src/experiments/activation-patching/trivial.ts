/**
 * Rankings without the product of difference and gradient: how far a patch moves a state, and how
 * steep the metric is there. An estimate is worth its pass if it ranks better than these.
 */
import type { ModelSpec } from '../../model/spec';
import type { GridName } from '../common/grids';
import type { CaseResults } from '../experiment';
import { cellOf, type Pair } from './estimate';
import { readCell } from './readCell';

export const TRIVIAL = ['difference', 'gradient'] as const;
export type Trivial = (typeof TRIVIAL)[number];

/** Name of a grid's lengths. */
export const lengthsOf = (name: string, trivial: Trivial): string => `${name} ${trivial}`;

export const areLengths = (name: string): boolean => TRIVIAL.some((one) => name.endsWith(` ${one}`));

/** The Euclidean length of a cell's change, or of the gradient at the run that is patched. */
export function lengthAt(
  model: ModelSpec,
  name: GridName,
  cell: readonly number[],
  about: Pair & { readonly runs: CaseResults['runs']; readonly trivial: Trivial },
): number {
  const { runs, base, from, trivial } = about;
  const { gradients = {} } = runs[base]!;
  const read = { base: runs[base]!, from: runs[from]!, gradients };
  const { indices, own, other, slope } = readCell(model, name, cellOf(name, cell), read);
  let squares = 0;
  for (const i of indices) squares += trivial === 'difference' ? (other[i]! - own[i]!) ** 2 : slope[i]! ** 2;
  return Math.sqrt(squares);
}
