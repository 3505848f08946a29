/** Checks whether a task set suits a question and a model, by a few of its items. */
import type { Needs } from '../experiment';
import { following, isBlank } from './answer';
import { classNamed } from './classes';
import { type ResolveContext, surrounded, type TypedContext } from './prompt';
import { parseTaskSet, type SetItem, type TaskSet } from './set';

/** Items checked, spread over the set. */
const LOOKED_AT = 12;

/** Reason after the set's name, e.g. 'its prompts have no twin'; null if any item fits. */
export async function whyUnfit(
  { items }: Pick<TaskSet, 'items'>,
  needs: Needs,
  context: TypedContext,
): Promise<string | null> {
  if (context.spec.head === 'none') return 'this model predicts no tokens';
  if (items.length < (needs.cases ?? 1)) return `it has ${items.length} prompts, ${needs.cases} are needed`;
  const step = Math.max(1, Math.floor(items.length / LOOKED_AT));
  const reasons = await Promise.all(
    Array.from({ length: Math.min(LOOKED_AT, items.length) }, (_, n) =>
      whyItemUnfit(items[n * step]!, needs, context),
    ),
  );
  return reasons.includes(null) ? null : reasons[0]!;
}

/** One sentence if the set does not suit question or model; null if it does or is unreadable. */
export async function setProblem(
  set: unknown,
  needs: Needs,
  context: TypedContext & Pick<ResolveContext, 'readSet'>,
): Promise<string | null> {
  const { name, text } = (set ?? {}) as { readonly name?: unknown; readonly text?: unknown };
  if (typeof name !== 'string') return null;
  try {
    const file = typeof text === 'string' ? text : await context.readSet(name);
    const why = await whyUnfit(parseTaskSet(file, name), needs, context);
    return why && `set ${name}: cannot be asked here: ${why}. Choose another set, or open another model.`;
  } catch {
    return null;
  }
}

async function whyItemUnfit(item: SetItem, needs: Needs, context: TypedContext): Promise<string | null> {
  const { prompt, subject, answer, distractor, corrupted } = item;
  if (needs.subject && subject === undefined) return 'its prompts have no subject';
  if (needs.corrupted && corrupted === undefined) return 'its prompts have no twin';
  if ((needs.distractor || needs.metric === 'logit-diff') && distractor === undefined)
    return 'its answers have no distractor';
  try {
    return await whyTokensUnfit({ prompt, answer, distractor, corrupted }, context);
  } catch {
    return 'this model’s tokenizer cannot read it';
  }
}

async function whyTokensUnfit(
  { prompt, answer, distractor, corrupted }: SetItem,
  context: TypedContext,
): Promise<string | null> {
  const { spec, maskToken, bosDefault } = context;
  const tokens = await surrounded(prompt, bosDefault, context);
  if (spec.head === 'mlm' && !tokens.some(({ id }) => id === maskToken?.id))
    return `its prompts have no ${maskToken?.text ?? 'mask'} for this model to fill in`;
  if (tokens.length > spec.nCtx) return 'its prompts are too long for this model';
  if (tokens.some(({ text }) => /^(<unk>|\[UNK\])$/.test(text))) return 'this model does not know its words';
  const texts = [answer, distractor].filter((text) => text !== undefined);
  if (spec.head === 'classes')
    return texts.every((text) => classNamed(spec, text) !== undefined)
      ? null
      : 'its answers are no classes of this model';
  const said = (await Promise.all(texts.map((text) => following(text, prompt, context)))).map(
    ({ tokens }) => tokens,
  );
  if (said.some(isBlank)) return 'its answers begin with a lone space in this model’s tokens';
  const [first, second] = said;
  if (first && second && first[0]?.id === second[0]?.id)
    return 'its answers and distractors begin with the same token in this model';
  const twin = corrupted === undefined ? null : await surrounded(corrupted, bosDefault, context);
  return twin && twin.length !== tokens.length
    ? 'its twins have other numbers of tokens in this model'
    : null;
}
