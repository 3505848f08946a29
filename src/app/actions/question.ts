/** Editing the question: every change is shown at once, then checked by the engine. */
import type { Fact } from '../../engine/api';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { toQuestion } from '../question';
import { type Draft, type DraftState, UNCHECKED } from '../stores/draft';
import { bytesOfTokens, findSubject, followEdit, tokensOfBytes } from '../subject';

/** How many next tokens are offered as answer and distractor. */
const NEXT_TOKENS = 12;

/** Changes the draft and has it checked. */
export async function editDraft(loci: Loci, change: Partial<Draft>): Promise<void> {
  loci.draft.setState(({ draft }) => ({
    draft: { ...draft, ...change },
    ...UNCHECKED,
  }));
  await checkDraft(loci);
}

/** Typing in the prompt: the marked subject follows the edit; what the old prompt's answer was is forgotten. */
export async function typePrompt(loci: Loci, prompt: string): Promise<void> {
  const { draft } = loci.draft.getState();
  const subject = draft.subject && followEdit(draft.subject, draft.prompt, prompt);
  await editDraft(loci, { prompt, subject, answer: '', distractor: '' });
}

/** Rewrites the prompt as one message of the user in the model's chat template; the subject keeps its words. */
export async function applyChatTemplate(loci: Loci): Promise<void> {
  const { prompt } = loci.draft.getState().draft;
  try {
    const wrapped = await loci.engine.chat(prompt);
    if (loci.draft.getState().draft.prompt !== prompt) return;
    // The template writes the start token itself.
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

/** Asks one of the facts that the model was trained on. */
export async function askFact(loci: Loci, fact: Fact): Promise<void> {
  await editDraft(loci, {
    prompt: fact.prompt,
    subject: findSubject(fact.prompt, fact.subject),
    answer: fact.answer,
    distractor: fact.distractor ?? '',
    corruption: 'noise',
  });
}

/** Tokens, next tokens, resolved spec and estimate of the draft as it stands; later edits overtake it. */
export async function checkDraft(loci: Loci): Promise<void> {
  const isCurrent = loci.latest.draft();
  const { engine } = loci;
  const { draft } = loci.draft.getState();
  const set = (change: Partial<DraftState>): void => {
    if (isCurrent()) loci.draft.setState(change);
  };
  if (!loci.status.getState().model) return;
  try {
    const tokens = await engine.tokenize(draft.prompt, draft.bos);
    const otherTokens =
      draft.corruption === 'tokens' ? await engine.tokenize(draft.corruptTo, draft.bos) : [];
    set({ tokens, otherTokens });
    if (!isCurrent()) return;
    if (loci.status.getState().gpuMissing !== null) return;
    if (draft.prompt === '')
      return set({ ...UNCHECKED, hint: 'Type a prompt, or pick one of the facts the model knows.' });
    const next = await engine.predict(
      tokens.map((token) => token.id),
      NEXT_TOKENS,
    );
    set({ next });
    const range = draft.subject && tokensOfBytes(tokens, draft.subject);
    if (!range)
      return set({
        ...UNCHECKED,
        hint: 'Mark the subject: drag over its tokens, or use shift and the arrow keys.',
      });
    if (draft.kinds.length === 0) throw new Error('Choose at least one kind of state to restore.');
    if (draft.corruption === 'tokens' && otherTokens.length !== tokens.length) {
      throw new Error(
        `The other prompt has ${otherTokens.length} tokens, this one has ${tokens.length}. Make them equally long.`,
      );
    }
    const spec = await engine.resolve(toQuestion(draft, range));
    const estimate = await engine.estimate(spec);
    set({ ...UNCHECKED, spec, estimate });
  } catch (error) {
    set({ ...UNCHECKED, problem: messageOf(error) });
  }
}
