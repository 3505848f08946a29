/** How many numbers a document of estimates holds: each state's estimate, and what is measured. */
import { MOST } from '../../util/bounds';
import { GRIDS } from '../common/grids';
import { expectThat } from '../common/parse';
import type { PatchingSpec } from './spec';

type Asked = Pick<PatchingSpec, 'by'>;

/** `cells`: of all grids. Throws one sentence if the maps would not fit. */
export function checkHeld(where: string, { by }: Asked, cells: number): void {
  const maps = { measure: 0, estimate: 1, both: 2, top: 1 }[by];
  const most = MOST.cells / Math.max(1, maps);
  const count = (n: number) => n.toLocaleString('en-US');
  expectThat(
    maps === 0 || cells <= most,
    where,
    `${count(cells)} states`,
    `at most ${count(most)} with by '${by}': fewer grids, or a shorter prompt`,
  );
}

/** A map of the few measured states is left out where it and the estimates would not both fit. */
export const isTooSparse = ({ by }: Asked, name: string, cells: number): boolean =>
  by === 'top' && name in GRIDS && 2 * cells > MOST.cells;
