/** JSON -> a valid, consistent result document, or one sentence about the problem. */
import { parseWith, shown } from '../util/parse';
import { checkConsistency } from './consistency';
import { DOCUMENT_VERSION, type ResultDocument, resultDocument } from './document';
import { withWords } from './finding';
import { migrate } from './migrations';
import { checkFigureSizes, checkNodeCount } from './size';

/**
 * Checks a document of any version and migrates it to the current one. `json` is parsed JSON.
 * @throws Error with one sentence: path, got, expected.
 */
export function parseDocument(json: unknown): ResultDocument {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new Error(`document: not a Loci document, got ${shown(json)}, expected a JSON object.`);
  }
  const fields = json as Record<string, unknown>;
  if (fields.format !== 'loci') {
    throw new Error(
      `document: not a Loci document, got format ${shown(fields.format)}, expected "loci". ` +
        'Choose a file that Loci exported as JSON.',
    );
  }
  const version = versionOf(fields);
  const document = parseWith(resultDocument, migrate(fields, version), 'document');
  checkSize(document);
  checkConsistency(document);
  const isOldTrace = version < DOCUMENT_VERSION && document.kind === 'causal-trace';
  return isOldTrace ? withWords(document) : document;
}

function checkSize({ figures, graph }: ResultDocument): void {
  const sizes = figures.map(({ name, axes }) => ({ name, axes: axes.map(({ labels }) => labels.length) }));
  checkFigureSizes(sizes, 'document');
  if (graph) checkNodeCount(graph, 'document');
}

function versionOf({ version }: Record<string, unknown>): number {
  const newest = DOCUMENT_VERSION;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw new Error(
      `document: wrong version, got ${shown(version)}, expected an integer from 1 to ${newest}.`,
    );
  }
  if (version > newest) {
    throw new Error(
      `document: made by a newer Loci, got version ${version}, expected at most ${newest}. ` +
        'Update Loci to open it.',
    );
  }
  return version;
}
