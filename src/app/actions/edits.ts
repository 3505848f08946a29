/** Edits by hand: makes them, asks the model with them, and turns them into a question. */
import { CANCELLED } from '../../engine/api';
import { promptOf } from '../../results/asked';
import type { ResultDocument } from '../../results/document';
import {
  added,
  type Change,
  type Edits,
  editedQuestion,
  isAnyOn,
  suitsAnyPrompt,
  switched,
  tablesOf,
  twinOf,
  withStrength,
} from '../edits';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { OPENED_TOKENS } from '../opened';
import type { EditedAnswer, SaidToken } from '../stores/edits';
import { currentFinding, type Finding } from '../stores/session';
import { whyNotAsked } from './answer';
import { chooseQuestion } from './question';
import { nameTokens } from './nameTokens';
import { readingsKey } from './readings';

/** Next tokens listed while no edit is on. */
const TOP = 5;

export const addEdit = (loci: Loci, change: Change): Promise<void> =>
  setChanges(loci, added(loci.edits.getState().changes, change));

export const toggleEdit = (loci: Loci, index: number): Promise<void> =>
  setChanges(loci, changedAt(loci, index, switched));

/** While a slider moves, every finished answer is shown. */
export const setStrength = (loci: Loci, index: number, value: number): Promise<void> =>
  setChanges(
    loci,
    changedAt(loci, index, (change) => withStrength(change, value)),
  );

export const removeEdit = (loci: Loci, index: number): Promise<void> =>
  setChanges(
    loci,
    loci.edits.getState().changes.filter((_, i) => i !== index),
  );

export const clearEdits = (loci: Loci): Promise<void> => setChanges(loci, []);

function changedAt(loci: Loci, index: number, change: (one: Change) => Change): Change[] {
  return loci.edits.getState().changes.map((one, i) => (i === index ? change(one) : one));
}

async function setChanges(loci: Loci, changes: readonly Change[]): Promise<void> {
  const document = currentFinding(loci.session.getState())?.document;
  loci.edits.setState({ changes, about: document ? readingsKey(document) : null, note: null });
  await askEdits(loci);
}

/** The twin that edits read, typed; throws nothing: a twin of another length is a note. */
export async function setTwin(loci: Loci, prompt: string): Promise<void> {
  const document = currentFinding(loci.session.getState())?.document;
  if (!document) return;
  const { bos, tokens } = promptOf(document);
  const twin = { prompt, tokens: (await loci.engine.tokenize(prompt, bos)).map(({ id }) => id) };
  const isAlike = twin.tokens.length === tokens.length;
  const note = isAlike
    ? null
    : `The twin has ${twin.tokens.length} tokens, the prompt ${tokens.length}: they must be as many.`;
  loci.edits.setState({ twin: isAlike ? twin : null, note });
  if (isAlike) await askEdits(loci);
}

/** The edits belong to a model and a prompt: of another one, keeps what still has a meaning. */
export function settleEdits(loci: Loci, { document }: Pick<Finding, 'document'>): void {
  const { about, changes } = loci.edits.getState();
  const key = readingsKey(document);
  if (about === null || about === key) return;
  const isOtherModel = about.split(' ')[0] !== document.model.sha256;
  const kept = isOtherModel ? [] : changes.filter(suitsAnyPrompt);
  const dropped = changes.length - kept.length;
  const note = dropped === 0 ? null : droppedText(dropped, isOtherModel);
  loci.edits.setState({
    changes: kept,
    about: key,
    answer: null,
    error: null,
    copied: null,
    names: {},
    note,
  });
}

function droppedText(dropped: number, isOtherModel: boolean): string {
  const were = dropped === 1 ? '1 edit was' : `${dropped} edits were`;
  return isOtherModel
    ? `${were} of another model, and left there.`
    : `${were} at positions of the other prompt, and left there.`;
}

/** The question that the engine answers now, by page. */
const going = new WeakMap<Loci, Promise<void>>();

/**
 * Asks for the answer with the edits. One question at a time: of those that wait, the newest is
 * asked. `isOpened`: the edits came with a link.
 */
export async function askEdits(loci: Loci, isOpened = false): Promise<void> {
  const isNewest = loci.latest.edits();
  const finding = currentFinding(loci.session.getState());
  const { changes } = loci.edits.getState();
  if (!finding || changes.length === 0) {
    loci.edits.setState({ answer: null, error: null, isAsking: false });
    return;
  }
  if (whyNotAsked(loci.status.getState(), finding.document.model) !== null) {
    loci.edits.setState({ isAsking: false });
    return;
  }
  const { length } = finding.document.tokens;
  if (isOpened && length > OPENED_TOKENS) {
    const error = `The prompt has ${length} tokens: change an edit to ask the model.`;
    loci.edits.setState({ error, isAsking: false });
    return;
  }
  loci.edits.setState({ isAsking: true });
  await going.get(loci);
  if (!isNewest()) return;
  const asking = answerNow(loci, finding.document, isNewest);
  going.set(loci, asking);
  await asking;
}

async function answerNow(loci: Loci, document: ResultDocument, isNewest: () => boolean): Promise<void> {
  const { changes, twin, about } = loci.edits.getState();
  const isOfThese = () => loci.edits.getState().about === about && loci.edits.getState().changes.length > 0;
  const settled = () => (isNewest() ? { isAsking: false } : {});
  try {
    await nameTokens(loci);
    const answer = await answerOf(loci, document, { changes, twin });
    if (isOfThese()) loci.edits.setState({ answer, error: null, ...settled() });
  } catch (error) {
    const message = messageOf(error);
    const failed = message.includes(CANCELLED) || !isNewest() ? {} : { error: message };
    if (isOfThese()) loci.edits.setState({ ...failed, ...settled() });
  }
}

async function answerOf(loci: Loci, document: ResultDocument, edits: Edits): Promise<EditedAnswer> {
  if (!isAnyOn(edits.changes)) {
    const said = await loci.engine.predict(promptOf(document).tokens, TOP);
    return { before: said, after: said, kl: null };
  }
  const edited = await loci.engine.run(loci.nextId('edits'), editedQuestion(document, edits));
  return editedAnswer(edited);
}

/** The answer in an intervention's document. */
export function editedAnswer({ figures }: Pick<ResultDocument, 'figures'>): EditedAnswer {
  const next = figures.find(({ name }) => name === 'next_tokens')!;
  const texts = next.axes[0]!.labels;
  const said = (run: 0 | 1): SaidToken[] =>
    texts.map((text, i) => ({ text, p: next.values[2 * i + run] ?? 0 })).sort((a, b) => b.p - a.p);
  const kl = figures.find(({ name }) => name === 'kl')?.values[0] ?? null;
  return { before: said(0), after: said(1), kl };
}

/** Fills in the question of an intervention with these edits. */
export async function askEverywhere(loci: Loci): Promise<void> {
  const finding = currentFinding(loci.session.getState());
  const { changes, twin } = loci.edits.getState();
  if (!finding) return;
  const corrupted = twinOf(finding.document, twin);
  const { draft } = loci.draft.getState();
  if (corrupted && corrupted.prompt !== '' && draft.corruptTo === '')
    loci.draft.setState({ draft: { ...draft, corruptTo: corrupted.prompt } });
  await chooseQuestion(loci, 'intervention', { ...tablesOf(changes), on: 'clean' });
}
