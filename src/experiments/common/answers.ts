/** Answer and distractor of a question, each as words or as a token already. */
import type { z } from 'zod';
import { resolveAnswer } from './answer';
import type { ResolveContext } from './prompt';
import type { tracedToken } from './spec';

type TracedToken = z.infer<typeof tracedToken>;

export interface AskedAnswers {
  readonly prompt: string;
  readonly answer?: string | TracedToken | undefined;
  readonly distractor?: string | TracedToken | undefined;
  readonly metric?: string | undefined;
}

/** @param tokens of the prompt, for what the model says. Rejects with one sentence. */
export async function resolveAnswers(
  { prompt, answer, distractor, metric }: AskedAnswers,
  tokens: readonly number[],
  context: Pick<ResolveContext, 'addsSpace' | 'encode' | 'decode' | 'predict'>,
): Promise<{ answer: TracedToken; distractor?: TracedToken }> {
  const words = (token: AskedAnswers['answer']) => (typeof token === 'string' ? token : undefined);
  const found = await resolveAnswer(
    {
      prompt,
      answer: words(answer),
      distractor: words(distractor),
      ...(typeof distractor === 'object' ? {} : { metric }),
    },
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
