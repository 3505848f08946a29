/** Links and files: a finding goes out whole, and comes back in or says what is wrong. */
import { traceSvg } from '../../panels/trace/svg';
import { selectTrace } from '../../panels/trace/select';
import { asTrace } from '../../results/document';
import { documentToCsv } from '../../results/csv';
import { finding as findingOf } from '../../results/finding';
import { documentToText, textToDocument } from '../../share/file';
import { readLink, writeLink } from '../../share/link';
import type { LinkView } from '../../share/view';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { currentFinding, type Finding } from '../stores/session';
import { addFinding } from './findings';

export type ExportFormat = 'json' | 'csv' | 'svg';

/** Opens the finding of an address. A bad link says what is wrong with it. Returns whether a finding is shown. */
export function openLink(loci: Loci, address: string, origin: 'example' | 'link' = 'link'): boolean {
  try {
    const { document, view, steps } = readLink(address);
    addFinding(loci, document, origin, steps);
    const { selection, attention, kind = 'hidden', theme } = view;
    loci.view.setState({
      linkError: null,
      ...(selection ? { locked: { ...selection, kind } } : {}),
      ...(attention ? { head: { layer: attention.layer, head: attention.head } } : {}),
      ...(attention?.sink === undefined ? {} : { withoutSink: !attention.sink }),
      ...(theme ? { theme } : {}),
    });
    return true;
  } catch (error) {
    loci.view.setState({ linkError: messageOf(error) });
    return false;
  }
}

/** Every fragment means to be a link, good or bad: the page uses them for nothing else. */
export function hasLink(hash: string): boolean {
  return hash.length > 1;
}

/** The address of the finding that is shown, with what is selected; null if nothing is shown. */
export function linkOf(loci: Loci, page: string): string | null {
  const finding = currentFinding(loci.session.getState());
  if (!finding) return null;
  const { locked, head, withoutSink } = loci.view.getState();
  const isToken = locked !== null && locked.row < finding.document.tokens.length && locked.layer >= 0;
  const isShared = isToken && finding.document.kinds[locked.kind] !== undefined;
  const view: LinkView = {
    ...(isShared ? { kind: locked.kind, selection: { row: locked.row, layer: locked.layer } } : {}),
    attention: { layer: head.layer, head: head.head, ...(withoutSink ? {} : { sink: true }) },
  };
  return page.replace(/#.*$/s, '') + writeLink(finding.document, view);
}

/** The finding as the text of a file. */
export function exportText(finding: Finding, format: ExportFormat): string {
  const { document } = finding;
  if (format === 'json') return documentToText(document);
  if (format === 'csv') return documentToCsv(document);
  const sentence = findingOf(document)
    .pieces.map((piece) => piece.text)
    .join('');
  return traceSvg(selectTrace(document), document.metric, sentence);
}

/** Opens a finding from the text of a JSON file. */
export function openFile(loci: Loci, text: string): void {
  try {
    addFinding(loci, asTrace(textToDocument(text)), 'link');
    loci.view.setState({ shareError: null });
  } catch (error) {
    loci.view.setState({ shareError: messageOf(error) });
  }
}
