/** The model's own continuation of a prompt: its likeliest next tokens, one after the other. */
import type { ModelSpec } from '../../model/spec';
import { visibleToken } from '../../util/visible';
import { expectThat } from '../common/parse';
import type { ResolveContext } from '../common/prompt';
import type { StudyCase } from '../common/spec';
import type { AskedStudy } from '../contract/fields';

/** Field, and most tokens. */
const WHERE = 'input-attribution: continuation';
export const MOST_GENERATED = 20;

/** `asked`: how many tokens, or the tokens themselves. Rejects with one sentence. */
export async function continuationOf(
  asked: unknown,
  study: AskedStudy,
  { predict, spec }: ResolveContext,
): Promise<unknown> {
  if (typeof asked !== 'number') return asked;
  if (asked === 0) return [];
  checkContinuable(study, spec);
  const [{ tokens: prompt }] = study.cases as [StudyCase];
  const tokens = [...prompt];
  while (tokens.length < prompt.length + asked) tokens.push(await predict(tokens));
  return tokens.slice(prompt.length);
}

/** Throws one sentence if the question cannot have a continuation. */
function checkContinuable({ cases, metric }: AskedStudy, model: ModelSpec | undefined): void {
  expectThat(cases.length === 1, WHERE, `${cases.length} prompts`, 'one prompt for it');
  const needsOther = metric === 'logit-diff';
  expectThat(!needsOther, WHERE, "metric 'logit-diff'", "'p' or 'logprob', which need no distractor");
  const isNext = !model || model.head === 'lm';
  expectThat(isNext, WHERE, `head ${model?.head}`, 'a model that predicts the next token');
}

/** Throws one sentence. */
export function checkContinuation(
  study: AskedStudy,
  continuation: readonly number[],
  model: ModelSpec | undefined,
): void {
  if (continuation.length === 0) return;
  checkContinuable(study, model);
  if (!model) return;
  const length = study.cases[0]!.tokens.length + continuation.length;
  expectThat(length <= model.nCtx, WHERE, `${length} tokens with the prompt`, `at most ${model.nCtx}`);
  const outside = continuation.find((id) => id >= model.dVocab);
  expectThat(outside === undefined, WHERE, `token id ${outside}`, `ids below ${model.dVocab}`);
}

/** The prompt and its continuation, as a case whose answer is the continuation's token j. */
export function continued(one: StudyCase, continuation: readonly number[], j: number): StudyCase {
  const said = continuation.slice(0, -1);
  const { prompt, tokens, corrupted } = one;
  return {
    prompt,
    tokens: [...tokens, ...said],
    answer: { id: continuation[j]! },
    answerRow: tokens.length - 1 + j,
    ...(corrupted && { corrupted: { ...corrupted, tokens: [...corrupted.tokens, ...said] } }),
  };
}

/** Labels of the continuation's tokens, each another one. */
export function generatedLabels(continuation: readonly number[], decode: (id: number) => string): string[] {
  const texts = continuation.map((id) => visibleToken(decode(id)));
  const isTwice = (text: string) => texts.indexOf(text) !== texts.lastIndexOf(text);
  return texts.map((text, j) => (isTwice(text) ? `${text}_${j}` : text));
}
