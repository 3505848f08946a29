import type { Selection } from '../../panels/selection';
import type { Loci } from '../loci';

/** The same two events for every panel: one selection. Locking the locked cell again releases it. */
export function hoverActions(loci: Loci) {
  return {
    onHover: (hover: Selection | null) => loci.view.setState({ hover }),
    onLock: (locked: Selection | null) => {
      const { locked: before } = loci.view.getState();
      loci.view.setState({ locked: isSame(before, locked) ? null : locked });
    },
  };
}

function isSame(a: Selection | null, b: Selection | null): boolean {
  return a !== null && b !== null && a.row === b.row && a.layer === b.layer && a.kind === b.kind;
}
