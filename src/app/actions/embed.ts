/** HTML that shows the current finding in a page of its own (embed.html). */
import { plainOf } from '../../results/phrases';
import { textOf, xml } from '../../util/code/xml';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import { linkOf } from './share';

/** Null for no finding. Throws one sentence if it is too large for a link. */
export function embedCodeOf(loci: Loci, page: string): string | null {
  const link = linkOf(loci, new URL('embed.html', page).href);
  const finding = currentFinding(loci.session.getState());
  if (link === null || !finding) return null;
  const title = `Loci: ${plainOf(finding.document.finding)}`;
  return textOf(
    xml`<iframe src="${link}" title="${title}" width="640" height="420" loading="lazy"></iframe>`,
  );
}
