/** Shows findings: examples, links, earlier ones of this visit. */
import type { ResultDocument } from '../../results/document';
import { isOfNet } from '../../results/ofNet';
import type { Steps } from '../../share/pack';
import { messageOf } from '../latest';
import { otherModel } from '../otherModel';
import type { Loci } from '../loci';
import { draftOf, encodedOf, tokensOf } from '../question';
import { type Draft, UNCHECKED } from '../stores/draft';
import { currentFinding, type Finding } from '../stores/session';
import { openingPrune } from '../../panels/graph/prune';
import { AS_FOUND } from '../../panels/graph/view';
import { UNTOUCHED } from '../stores/graph';
import { UNSELECTED } from '../stores/view';
import { askAnswer } from './answer';
import { checkDraft } from './question';
import { loadReadings } from './readings';

/** Adds an outside finding to the history and shows it, with its question in the editor. */
export function addFinding(
  loci: Loci,
  document: ResultDocument,
  origin: 'example' | 'link',
  steps: Steps = {},
): void {
  showFinding(loci, record(loci, document, origin, askedOf(loci, document), steps));
}

/** Adds an outside finding to the history, hidden; returns its id. */
export function keepFinding(loci: Loci, document: ResultDocument, steps: Steps = {}): string {
  return record(loci, document, 'link', askedOf(loci, document), steps);
}

/** What asks a net has no place in the editor, which keeps its question. */
const askedOf = (loci: Loci, document: ResultDocument): Draft =>
  isOfNet(document) ? loci.draft.getState().draft : draftOf(document);

/** Adds and shows a run's result. Keeps the editor: the user may be typing the next question. */
export function addResult(loci: Loci, document: ResultDocument, asked: Draft): string {
  const id = record(loci, document, 'run', asked, {});
  select(loci, id);
  return id;
}

/** Shows an earlier finding, with its question in the editor. */
export function showFinding(loci: Loci, id: string): void {
  const finding = loci.session.getState().findings.find((other) => other.id === id);
  if (!finding) return;
  select(loci, id);
  if (isOfNet(finding.document)) return;
  loci.draft.setState({
    draft: finding.asked,
    tokens: tokensOf(finding.document),
    otherTokens: [],
    next: [],
    ...UNCHECKED,
  });
  loci.status.setState({ runError: null });
  void writeOut(loci, finding).then(() => checkDraft(loci, finding.origin === 'link'));
}

/** Updates a finding anywhere in the history. */
export function updateFinding(loci: Loci, id: string, change: Partial<Finding>): void {
  loci.session.setState(({ findings }) => ({
    findings: findings.map((finding) => (finding.id === id ? { ...finding, ...change } : finding)),
  }));
}

/** Removes an empty finding and shows `before` again. */
export function dropFinding(loci: Loci, id: string, before: string | null): void {
  loci.session.setState(({ findings }) => ({ findings: findings.filter((finding) => finding.id !== id) }));
  if (loci.session.getState().currentId === id) select(loci, before);
}

export function togglePin(loci: Loci, id: string): void {
  const finding = loci.session.getState().findings.find((other) => other.id === id);
  if (finding) updateFinding(loci, id, { pinned: !finding.pinned });
}

function record(
  loci: Loci,
  document: ResultDocument,
  origin: Finding['origin'],
  asked: Draft,
  steps: Steps,
): string {
  const id = loci.nextId('finding');
  const finding: Finding = {
    id,
    document,
    asked,
    origin,
    pinned: false,
    partial: false,
    steps,
    deviation: null,
  };
  loci.session.setState(({ findings }) => ({ findings: [finding, ...findings] }));
  return id;
}

function select(loci: Loci, id: string | null): void {
  loci.session.setState({ currentId: id });
  const { graph } = loci.session.getState().findings.find((finding) => finding.id === id)?.document ?? {};
  const opening = graph ? { ...AS_FOUND, prune: openingPrune(graph) } : AS_FOUND;
  loci.graph.setState(({ views }) => ({ ...UNTOUCHED, view: views[id ?? ''] ?? opening }));
  loci.view.setState({
    ...UNSELECTED,
    beside: null,
    head: null,
    link: null,
    linkError: null,
    shareError: null,
  });
  loci.status.setState({ rerunError: null });
  void loadReadings(loci);
  void askAnswer(loci, true);
}

/** Decodes what a document holds only as token ids, with the open model. */
async function writeOut(loci: Loci, { id, document, asked }: Finding): Promise<void> {
  const { model } = loci.status.getState();
  if (!model || otherModel(document.model, model) !== null) return;
  const { corruptTo, answer, distractor } = encodedOf(document);
  const ids = [answer, distractor].map((token) => (token === null ? [] : [token]));
  const lists = { corruptTo: corruptTo ?? [], answer: ids[0]!, distractor: ids[1]! };
  const missing = Object.entries(lists).filter(
    ([field, tokens]) => tokens.length > 0 && asked[field as keyof typeof lists] === '',
  );
  if (missing.length === 0) return;
  try {
    const { head, classes } = model.spec;
    const written = ([field, tokens]: (typeof missing)[number]) =>
      head === 'classes' && field !== 'corruptTo' ? classes[tokens[0]!]! : loci.engine.decode(tokens);
    const texts = await Promise.all(missing.map(written));
    const change = Object.fromEntries(missing.map(([field], i) => [field, texts[i]!]));
    updateFinding(loci, id, { asked: { ...asked, ...change } });
    if (loci.draft.getState().draft === asked) loci.draft.setState({ draft: { ...asked, ...change } });
  } catch (error) {
    loci.draft.setState({ problem: messageOf(error) });
  }
}

/** Completes the question once a model is open. */
export async function completeQuestion(loci: Loci): Promise<void> {
  const finding = currentFinding(loci.session.getState());
  if (finding && !isOfNet(finding.document)) await writeOut(loci, finding);
}
