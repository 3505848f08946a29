/** Answer and distractor of a question, each as text or as a resolved token or class. */
import { resolveAnswer } from './answer';
import { neededClass } from './classes';
import type { ResolveContext } from './prompt';
import type { TracedToken } from './spec';

export interface AskedAnswers {
  readonly prompt: string;
  readonly answer?: string | TracedToken | undefined;
  readonly distractor?: string | TracedToken | undefined;
}

/** @param tokens of the prompt, for the model's prediction. Rejects with one sentence. */
export async function resolveAnswers(
  asked: AskedAnswers,
  tokens: readonly number[],
  context: Pick<ResolveContext, 'spec' | 'addsSpace' | 'encode' | 'decode' | 'predict'>,
): Promise<{ answer: TracedToken; distractor?: TracedToken }> {
  const { prompt, answer, distractor } = context.spec.head === 'classes' ? ofClasses(asked, context) : asked;
  const words = (token: AskedAnswers['answer']) => (typeof token === 'string' ? token : undefined);
  const found = await resolveAnswer(
    { prompt, answer: words(answer), distractor: words(distractor) },
    {
      addsSpace: context.addsSpace,
      encode: context.encode,
      decode: context.decode,
      predict: async () => (typeof answer === 'object' ? answer.id : context.predict(tokens)),
    },
  );
  const other = typeof distractor === 'object' ? distractor : found.distractor;
  return {
    answer: typeof answer === 'object' ? answer : found.answer,
    ...(other ? { distractor: other } : {}),
  };
}

/** Turns the answers into classes by name. Throws one sentence. */
function ofClasses(asked: AskedAnswers, { spec }: Pick<ResolveContext, 'spec'>): AskedAnswers {
  const named = (token: AskedAnswers['answer'], where: string) =>
    typeof token === 'string' ? { id: neededClass(spec, token, where) } : token;
  return {
    ...asked,
    answer: named(asked.answer, 'answer'),
    distractor: named(asked.distractor, 'distractor'),
  };
}
