/** A shorter link of the current finding; loaded when it is asked for. */
import { kindsOf } from '../../share/kinds';
import { smallerLink } from '../../share/smaller';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import { activeSelection } from '../stores/view';
import { viewOf } from './share';

/** A shorter address for chats that cut links: the current kind of the trace. */
export function smallerLinkOf(loci: Loci, page: string): string | null {
  const finding = currentFinding(loci.session.getState());
  const kinds = finding ? kindsOf(finding.document) : [];
  if (!finding || kinds.length === 0) return null;
  const view = loci.view.getState();
  const kind = kinds.find((name) => name === activeSelection(view)?.figure) ?? kinds[0]!;
  const { selection, ...shared } = viewOf(finding, view);
  return (
    page.replace(/#.*$/s, '') +
    smallerLink(finding.document, kind, selection?.figure === kind ? { ...shared, selection } : shared)
  );
}
