/** What the page remembers of its reader between visits: the tour's one offer, and a fold. */
import { keep, kept } from './kept';
import type { Loci } from './loci';

const OFFERED = 'loci.tour';
export const FOLDED = 'loci.folded';

/** Offers the tour on the first visit only. */
export function recallReader(loci: Loci): void {
  const isFirst = kept(OFFERED) === '';
  keep(OFFERED, 'offered');
  loci.view.setState({ isMethodFolded: kept(FOLDED) !== '', tour: isFirst ? 'offered' : 'off' });
}
