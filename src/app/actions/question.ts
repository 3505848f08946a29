/** Edits the question: shows changes at once, then lets the engine check. */
import type { Fact, Notice } from '../../engine/api';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { lacking, plainly, questionOf } from '../catalogue';
import { OPENED_RUNS, OPENED_TOKENS } from '../opened';
import { isOverSet, subjectOf, toQuestion, usesTwin, withoutTwin } from '../question';
import { type Draft, type DraftState, UNCHECKED } from '../stores/draft';
import { bytesOfTokens, findSubject, followEdit, textOf, tokensOfBytes } from '../subject';

/** Next tokens offered as answer and distractor. */
const NEXT_TOKENS = 12;

/** Changes the draft and checks it. */
export async function editDraft(loci: Loci, change: Partial<Draft>): Promise<void> {
  const { searching } = loci.draft.getState();
  if (searching !== null) {
    loci.draft.setState({ searching: null });
    void loci.engine.cancel(searching);
  }
  loci.draft.setState(({ draft }) => ({
    draft: { ...draft, ...change },
    ...UNCHECKED,
  }));
  await checkDraft(loci);
}

/** Typing in the prompt: the subject follows the edit; the old answer is dropped. */
export async function typePrompt(loci: Loci, prompt: string): Promise<void> {
  const { draft } = loci.draft.getState();
  const subject = draft.subject && followEdit(draft.subject, draft.prompt, prompt);
  await editDraft(loci, { prompt, subject, answer: '', distractor: '' });
}

/** Wraps the prompt as a user message in the model's chat template; keeps the subject's words. */
export async function applyChatTemplate(loci: Loci): Promise<void> {
  const { prompt } = loci.draft.getState().draft;
  try {
    const wrapped = await loci.engine.chat(prompt);
    if (loci.draft.getState().draft.prompt !== prompt) return;
    // The template adds the start token.
    loci.draft.setState(({ draft }) => ({ draft: { ...draft, bos: false } }));
    await typePrompt(loci, wrapped);
  } catch (error) {
    loci.draft.setState({ problem: messageOf(error) });
  }
}

/** Marks token positions [begin, end) as the subject. */
export async function markSubject(loci: Loci, range: readonly [number, number]): Promise<void> {
  const subject = bytesOfTokens(loci.draft.getState().tokens, range);
  if (subject) await editDraft(loci, { subject });
}

/** Asks a fact from the model's training. */
export async function askFact(loci: Loci, fact: Fact): Promise<void> {
  await editDraft(loci, {
    prompt: fact.prompt,
    subject: findSubject(fact.prompt, fact.subject),
    answer: fact.answer,
    distractor: fact.distractor ?? '',
    ...withoutTwin(loci.draft.getState().draft),
    given: null,
    set: null,
  });
}

/**
 * Checks the draft: tokens, next tokens, spec and estimate; later edits supersede it. `isOpened`:
 * it came with a link and was not run here.
 */
export async function checkDraft(loci: Loci, isOpened = false): Promise<void> {
  const isCurrent = loci.latest.draft();
  const paused = loci.pause();
  const { engine } = loci;
  const { draft } = loci.draft.getState();
  const set = (change: Partial<DraftState>): void => {
    if (isCurrent()) loci.draft.setState(change);
  };
  // Estimating a long prompt takes minutes: cancel the old one.
  const { estimating } = loci.draft.getState();
  if (estimating !== null) void engine.cancel(estimating);
  const { model } = loci.status.getState();
  if (!model) return;
  let notices: readonly Notice[] = [];
  const asked = (range: readonly [number, number] | null) =>
    toQuestion(draft, range, loci.status.getState().catalogue);
  try {
    const tokens = await engine.tokenize(draft.prompt, draft.bos);
    const otherTokens =
      usesTwin(draft) && draft.corruptTo !== '' ? await engine.tokenize(draft.corruptTo, draft.bos) : [];
    set({ tokens, otherTokens });
    await paused;
    if (!isCurrent()) return;
    if (loci.status.getState().gpuMissing !== null) return;
    if (draft.prompt === '' && !draft.given && !isOverSet(draft))
      return set({ ...UNCHECKED, hint: 'Type a prompt, or pick one of the facts the model knows.' });
    const subject = subjectOf(draft, loci.status.getState());
    const range = subject && tokensOfBytes(tokens, subject);
    // Without the default subject, so that a notice can tell who chose it.
    const isOwn = questionOf(loci.status.getState().catalogue, draft.kind)?.about.needs?.own !== undefined;
    if (!draft.given && !isOverSet(draft) && !isOwn)
      notices = await engine.notices(asked(draft.subject && range));
    set({ notices });
    const longest = isOpened ? Math.min(OPENED_TOKENS, model.spec.nCtx) : model.spec.nCtx;
    if (draft.prompt !== '' && model.spec.head !== 'none' && tokens.length <= longest)
      set({
        next: await engine.predict(
          tokens.map((token) => token.id),
          NEXT_TOKENS,
        ),
      });
    const hint = draft.given ? otherModel(loci, draft.given.question) : hintOf(loci, draft, range !== null);
    if (hint !== null) return set({ ...UNCHECKED, notices, hint });
    if (notices.some(({ blocks }) => blocks)) return set({ ...UNCHECKED, notices });
    const spec = await engine.resolve(asked(range));
    if (!isCurrent()) return;
    const runId = loci.nextId('estimate');
    set({ estimating: runId });
    const estimate = await engine.estimate(spec, {
      runId,
      ...(isOpened ? { mostPlanned: OPENED_RUNS } : {}),
    });
    set({ ...UNCHECKED, notices, spec, estimate });
  } catch (error) {
    set({ ...UNCHECKED, notices, problem: problemOf(loci, draft, error) });
  }
}

/** An error in the form's words. */
const problemOf = (loci: Loci, { kind }: Draft, error: unknown): string =>
  plainly(messageOf(error), questionOf(loci.status.getState().catalogue, kind));

/** What is missing before the question can run; null for nothing. */
function hintOf(loci: Loci, draft: Draft, hasSubject: boolean): string | null {
  const { catalogue, model } = loci.status.getState();
  if (model?.spec.head === 'none')
    return `${model.title} predicts no tokens: it makes vectors of texts. Open another model to trace an answer.`;
  const question = questionOf(catalogue, draft.kind);
  const missing = question && lacking(question, draft, model, hasSubject);
  return missing && `${question!.about.title} needs ${missing}.`;
}

/** A file's question is for one model; another may be open by now. Null if it matches. */
function otherModel(loci: Loci, question: Readonly<Record<string, unknown>>): string | null {
  const { id } = (question.model ?? {}) as { readonly id?: unknown };
  const { model } = loci.status.getState();
  if (typeof id !== 'string' || id === model?.id) return null;
  return `This question is about ${id}; open now is ${model?.title}. Open that model to ask it.`;
}

/** Selects a question and its required metric; sets `options`, keeps others. */
export async function chooseQuestion(
  loci: Loci,
  kind: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { draft } = loci.draft.getState();
  const own = { ...draft.options[kind], ...options };
  const { catalogue } = loci.status.getState();
  const metric = questionOf(catalogue, kind)?.about.needs?.metric ?? draft.metric;
  await editDraft(loci, { kind, metric, given: null, options: { ...draft.options, [kind]: own } });
}

export async function setOption(loci: Loci, name: string, value: unknown): Promise<void> {
  const { kind } = loci.draft.getState().draft;
  await chooseQuestion(loci, kind, { [name]: value });
}

/** Drops the file's question; the editor's own fields return. */
export async function dropGiven(loci: Loci): Promise<void> {
  await editDraft(loci, { given: null });
}

/** Most subjects tried for a twin. */
const TRIED = 24;

/**
 * Builds a twin from known facts: another subject of the same relation and length; its answer
 * becomes the distractor. Resolves to whether it found one.
 */
export async function suggestTwin(loci: Loci): Promise<boolean> {
  const { draft, tokens } = loci.draft.getState();
  const facts = loci.status.getState().model?.facts ?? [];
  const subject = draft.subject && textOf(draft.prompt, draft.subject);
  if (!subject) return false;
  const own = facts.filter((fact) => fact.subject === subject);
  const { relation } = own.find(({ answer }) => answer === draft.answer) ?? own[0] ?? {};
  const others = facts.filter((fact) => fact.relation === relation && fact.subject !== subject);
  const asked = (fact: Fact) => draft.prompt.replace(subject, fact.subject);
  // Facts with exactly this wording come first.
  const inTheseWords = (fact: Fact) => Number(fact.prompt === asked(fact));
  const twins = others
    .filter(({ answer }) => answer !== draft.answer)
    .sort((a, b) => inTheseWords(b) - inTheseWords(a));
  for (const fact of twins.slice(0, TRIED)) {
    const corruptTo = asked(fact);
    const twin = await loci.engine.tokenize(corruptTo, draft.bos);
    if (loci.draft.getState().draft !== draft) return true;
    if (twin.length !== tokens.length) continue;
    await editDraft(loci, { corruptTo, distractor: fact.answer });
    return true;
  }
  return false;
}
