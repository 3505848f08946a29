/** Output of the program: an accepted document in every format, and through a link and back. */
import { unzipSync } from 'fflate';
import { documentSvg } from '../../src/panels/svg';
import type { ResultDocument } from '../../src/results/document';
import { printDocument } from '../../src/results/print';
import { exportFormats } from '../../src/share/exportFormats';
import { documentToText, textToDocument } from '../../src/share/file';
import { readLink, writeLink } from '../../src/share/link';
import { documents } from '../corpus';
import { mutateJsonText } from '../mutate/inText';
import { NOTHING_LOST, target } from '../target';

/** A document that a format cannot represent is refused in one sentence, which is not a failure. */
const REFUSAL = /^(export|link|script|npz): /;

export const exporting = target<string>({
  name: 'export',
  seeds: documents,
  mutate: mutateJsonText,
  async run(text) {
    const document = await textToDocument(text);
    const lost: string[] = [];
    for (const format of exportFormats(document)) {
      const content = tried(() => format.content());
      if (content instanceof Uint8Array && format.id === 'npz') lost.push(...lostArrays(document, content));
    }
    documentSvg(document);
    printDocument(document);
    await textToDocument(documentToText(document));
    return lost;
  },
});

export const linkOut = target<string>({
  name: 'link-out',
  seeds: documents,
  mutate: mutateJsonText,
  async run(text) {
    const document = await textToDocument(text);
    const link = tried(() => writeLink(document));
    if (link !== null) await readLink(link);
    return NOTHING_LOST;
  },
});

/** Null if the format refuses the document. */
function tried<T>(write: () => T): T | null {
  try {
    return write();
  } catch (error) {
    if (error instanceof Error && error.constructor === Error && REFUSAL.test(error.message)) return null;
    throw error;
  }
}

/** Each figure must have its own entry in the archive. */
function lostArrays(document: ResultDocument, npz: Uint8Array): string[] {
  const entries = Object.keys(unzipSync(npz)).length;
  return entries >= document.figures.length ? [] : [`${document.figures.length - entries} figures`];
}
