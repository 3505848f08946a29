/**
 * Defaults of a question about one prompt: the subject by `defaultSubject`, and as distractor the
 * likeliest other token. Questions with many prompts, or with tokens, are unchanged.
 */
import type { Needs } from '../experiment';
import { type AskedAnswers, resolveAnswers } from './answers';
import { defaultSpan } from './defaultSubject';
import { promptTokens, type ResolveContext } from './prompt';
import type { PromptToken, Span } from './subject';

/** A question's only case; other fields pass through. */
interface One extends AskedAnswers {
  readonly subject?: unknown;
  readonly corrupted?: unknown;
  readonly tokens?: unknown;
}

export interface ChoiceContext extends ResolveContext {
  /** The k likeliest next tokens, likeliest first. */
  likeliest(tokens: readonly number[], k: number): Promise<readonly number[]>;
}

/** Fills in subject and distractor if needed and missing. Rejects with one sentence. */
export async function withChoices(
  question: Readonly<Record<string, unknown>>,
  needs: Needs,
  context: ChoiceContext,
): Promise<Readonly<Record<string, unknown>>> {
  const cases = Array.isArray(question.cases) && question.cases.length === 1 ? question.cases : [];
  const one = cases[0] as One | undefined;
  if (typeof one?.prompt !== 'string' || one.prompt.trim() === '' || one.tokens !== undefined)
    return question;
  const hasTwin = needs.subject === 'or twin' && one.corrupted !== undefined;
  const wantsSubject = needs.subject !== undefined && one.subject === undefined && !hasTwin;
  const isDifference = needs.distractor === true || question.metric === 'logit-diff';
  const wantsDistractor = isDifference && one.distractor === undefined;
  if (!wantsSubject && !wantsDistractor) return question;
  const bos = typeof question.bos === 'boolean' ? question.bos : context.bosDefault;
  const tokens = await promptTokens(one.prompt, 'prompt', bos, context);
  const span = wantsSubject ? chosenSubject(one.prompt, tokens, context) : null;
  const found = {
    ...(span && { subject: span }),
    ...(wantsDistractor && { distractor: await otherToken(one, tokens, context) }),
  };
  return { ...question, cases: [{ ...one, ...found }] };
}

/** Tokens of the default subject; null if the prompt has no text tokens. */
export function chosenSubject(
  prompt: string,
  tokens: readonly PromptToken[],
  context: Pick<ResolveContext, 'maskToken' | 'special'>,
): Span | null {
  return defaultSpan(prompt, tokens, specialNames(context));
}

/** Names of special tokens, which are not words of the prompt. */
export function specialNames({
  maskToken,
  special,
}: Pick<ResolveContext, 'maskToken' | 'special'>): string[] {
  return [...special.prefix, ...special.suffix, ...(maskToken ? [maskToken] : [])].map(({ text }) => text);
}

async function otherToken(one: One, tokens: readonly PromptToken[], context: ChoiceContext) {
  const ids = tokens.map(({ id }) => id);
  const { answer } = await resolveAnswers({ prompt: one.prompt, answer: one.answer }, ids, context);
  const id = (await context.likeliest(ids, 2)).find((other) => other !== answer.id);
  return id === undefined ? undefined : { id };
}
