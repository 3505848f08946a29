/** Links and files: exports findings whole, and imports them with checks. */
import { cellAt, selectFigure, selectionOf } from '../../panels/figure/select';
import { openingPrune } from '../../panels/graph/prune';
import { AS_FOUND, type GraphView, graphView } from '../../panels/graph/view';
import { documentToText, textToDocument } from '../../share/file';
import { type LinkContent, readLink, writeLink } from '../../share/link';
import { sameJson } from '../../share/sameJson';
import type { LinkView } from '../../share/view';
import { MOST } from '../../util/bounds';
import { parseJson, parseWith } from '../../util/parse';
import { fileText } from '../fileText';
import { messageOf } from '../latest';
import { TRACE } from '../stores/draft';
import type { Edits } from '../edits';
import type { Loci } from '../loci';
import { type EditsState, NO_EDITS } from '../stores/edits';
import { currentFinding, type Finding } from '../stores/session';
import type { ViewState } from '../stores/view';
import type { GraphState } from '../stores/graph';
import { addFinding, keepFinding, showFinding } from './findings';
import { isGraphFinding, viewGraph } from './graph';
import { editDraft } from './question';
import { readingsKey } from './readings';
import { showEdits } from './showEdits';

/** Prompts taken at first from a large set. */
export const TAKEN = 24;

export type ExportFormat = 'json' | 'csv' | 'svg';

/** Opens an address's finding, or reports a bad link. Resolves to whether a finding is shown. */
export async function openLink(
  loci: Loci,
  address: string,
  origin: 'example' | 'link' = 'link',
): Promise<boolean> {
  const isCurrent = loci.latest.link();
  try {
    const content = await readLink(address);
    const view = await viewIn(content);
    if (!isCurrent()) return false;
    addFinding(loci, content.document, origin, content.steps);
    showView(loci, view, origin === 'link');
    return true;
  } catch (error) {
    if (isCurrent()) loci.view.setState({ linkError: messageOf(error) });
    return false;
  }
}

/** Shows a finding of this visit in its address's view. */
export async function reopen(loci: Loci, id: string, address: string): Promise<void> {
  const isCurrent = loci.latest.link();
  showFinding(loci, id);
  if (!hasLink(address)) return;
  try {
    const view = await viewIn(await readLink(address));
    if (isCurrent()) showView(loci, view, true);
  } catch (error) {
    if (isCurrent()) loci.view.setState({ linkError: messageOf(error) });
  }
}

interface SharedView {
  readonly selected: Partial<ViewState>;
  readonly graph: GraphView | undefined;
  readonly edits: Edits | undefined;
  readonly beside: LinkContent | undefined;
}

async function viewIn(content: LinkContent): Promise<SharedView> {
  const { graph, edits, beside } = content.view;
  return {
    beside: beside === undefined ? undefined : await readLink(beside),
    edits: edits && (await import('../linkedEdits')).parseEdits(edits, content.document),
    selected: selectedIn(content),
    graph: graph && parseWith(graphView, { ...AS_FOUND, ...graph }, 'link: view.graph'),
  };
}

/** `isWhole`: a link without edits shows none. */
function showView(loci: Loci, { selected, graph, edits, beside }: SharedView, isWhole: boolean): void {
  loci.view.setState({ ...selected, ...(beside && { beside: heldOrKept(loci, beside) }) });
  if (edits || isWhole) showEdits(loci, edits ?? NO_EDITS);
  if (graph) void viewGraph(loci, graph, true);
}

/** The visit's finding with this question and sentence, else a new one in its history; returns its id. */
function heldOrKept(loci: Loci, { document, steps }: LinkContent): string {
  const { findings } = loci.session.getState();
  const held = findings.find(
    (one) => one.document.finding === document.finding && sameJson(one.document.spec, document.spec),
  );
  return held?.id ?? keepFinding(loci, document, steps);
}

/** The sender's selection. */
function selectedIn({ document, view }: LinkContent): Partial<ViewState> {
  const { theme, selection, attention } = view;
  const figure = document.figures.find(({ name }) => name === selection?.figure);
  return {
    ...(theme && { theme }),
    ...(selection && figure && { locked: selectionOf(selectFigure(figure), selection.cell) }),
    ...(attention && { head: { layer: attention.layer, head: attention.head } }),
    ...(attention?.sink !== undefined && { withoutSink: !attention.sink }),
  };
}

/** Every fragment is meant as a link, good or bad: the page has no other use for them. */
export function hasLink(hash: string): boolean {
  return hash.length > 1;
}

/**
 * The current finding's address with its selection; null for no finding. Throws one sentence if it
 * is too large for a link.
 */
export function linkOf(loci: Loci, page: string): string | null {
  const finding = currentFinding(loci.session.getState());
  if (!finding) return null;
  const { beside } = loci.view.getState();
  const other = loci.session.getState().findings.find(({ id }) => id === beside);
  const both = other ? comparisonOf(finding, other) : null;
  if (both !== null) return page.replace(/#.*$/s, '') + both;
  const shared = {
    ...viewOf(finding, loci.view.getState()),
    ...sharedEdits(finding, loci.edits.getState()),
    ...(isGraphFinding(finding) && sharedGraph(loci.graph.getState(), finding)),
  };
  return page.replace(/#.*$/s, '') + writeLink(finding.document, shared);
}

/** A comparison's fragment: A's link with B's in its view; null if the two do not fit into one. */
export function comparisonOf(a: Finding, b: Finding): string | null {
  try {
    const link = writeLink(a.document, { beside: writeLink(b.document) });
    return link.length <= MOST.linked ? link : null;
  } catch {
    // One of the two is too large by itself.
    return null;
  }
}

export function viewOf(
  { document: { figures, cases } }: Finding,
  { locked, head, withoutSink }: ViewState,
): LinkView {
  const figure = figures.find(({ name }) => name === locked?.figure);
  const cell = figure ? cellAt(selectFigure(figure), locked) : null;
  const isRead = cases.asked === 1 && head !== null;
  return {
    ...(figure && cell !== null && { selection: { figure: figure.name, cell } }),
    ...(isRead && { attention: { ...head, ...(!withoutSink && { sink: true }) } }),
  };
}

function sharedEdits({ document }: Finding, { changes, twin, about }: EditsState): LinkView {
  if (changes.length === 0 || about !== readingsKey(document)) return {};
  return { edits: { changes, ...(twin && { twin }) } };
}

/** Only what was changed; all edges found are a change if the picture opens on fewer. */
function sharedGraph({ view }: GraphState, { document: { graph } }: Finding): LinkView {
  const before = graph ? openingPrune(graph) : AS_FOUND.prune;
  const done = Object.entries(view).filter(
    ([field, value]) =>
      !sameJson(value, AS_FOUND[field as keyof GraphView]) || (field === 'prune' && !sameJson(value, before)),
  );
  return done.length === 0 ? {} : { graph: Object.fromEntries(done) };
}

/** The finding as file text. */
export async function exportText(loci: Loci, finding: Finding, format: ExportFormat): Promise<string> {
  const { document } = finding;
  if (format === 'json') return documentToText(document);
  if (format === 'csv') {
    const { documentToCsv } = await import('../../results/csv');
    return documentToCsv(document);
  }
  const { documentSvg } = await import('../../panels/svg');
  return documentSvg(document, loci.graph.getState().views[finding.id]);
}

/** Opens a file: shows a finding, or adopts a question (spec), circuit or task set. */
export async function openFile(loci: Loci, name: string, file: string | File): Promise<void> {
  try {
    const text = await fileText(file);
    const json = /\.csv$/i.test(name) ? [] : parseJson(text, name);
    // Some questions also have items.
    if (isQuestion(json)) await takeQuestion(loci, name, json);
    else if (isSet(json)) await takeSet(loci, name, text);
    else if (!(await takeCircuit(loci, name, json))) addFinding(loci, await textToDocument(text), 'link');
    loci.view.setState({ shareError: null });
  } catch (error) {
    loci.view.setState({ shareError: messageOf(error) });
  }
}

function isSet(json: unknown): boolean {
  return Array.isArray(json) || (json !== null && typeof json === 'object' && 'items' in json);
}

/** A file's prompts become the question's prompts. */
async function takeSet(loci: Loci, file: string, text: string): Promise<void> {
  const { parseTaskSet } = await import('../../experiments/common/set');
  const name = file.replace(/\.\w+$/, '');
  const { items } = parseTaskSet(text, name);
  const { kind } = loci.draft.getState().draft;
  const asked = kind === TRACE ? 'average-trace' : kind;
  const take = items.length > TAKEN ? TAKEN : null;
  await editDraft(loci, { kind: asked, given: null, set: { name, text, take } });
}

function isQuestion(json: unknown): json is Record<string, unknown> {
  return json !== null && typeof json === 'object' && !('format' in json) && 'kind' in json;
}

/** Turns a circuit file into a question on the typed prompt. Resolves to whether it is one. */
async function takeCircuit(loci: Loci, name: string, json: unknown): Promise<boolean> {
  const { readCircuit } = await import('../../share/graphs/read');
  const circuit = readCircuit(json, name);
  if (!circuit) return false;
  const [{ circuitQuestion }, { shapeOf }] = await Promise.all([
    import('../../share/graphs/imported'),
    import('../../experiments/graph/shape'),
  ]);
  const { model } = loci.status.getState();
  if (!model) throw new Error(`${name}: is a circuit of a model, got no open model. Open that model first.`);
  const { kind, metric, ...options } = circuitQuestion(circuit, shapeOf(model.spec));
  const { draft } = loci.draft.getState();
  const own = { ...draft.options[kind], ...options };
  await editDraft(loci, { kind, metric, given: null, options: { ...draft.options, [kind]: own } });
  return true;
}

/** A spec, resolved or typed, becomes the page's question. */
async function takeQuestion(loci: Loci, name: string, question: Record<string, unknown>): Promise<void> {
  const { experimentOf } = await import('../../experiments/registry');
  const { kind } = experimentOf(question);
  await editDraft(loci, { kind, given: { name, question } });
}
