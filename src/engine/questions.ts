/**
 * Answers about questions to an open model before they run: resolves them, returns notices, or says
 * why a task set does not fit.
 */
import { type ChoiceContext, withChoices } from '../experiments/common/choices';
import { setProblem, whyUnfit } from '../experiments/common/fit';
import { noticesOf } from '../experiments/common/notices';
import type { ResolveContext } from '../experiments/common/prompt';
import { parseTaskSet } from '../experiments/common/set';
import { experimentOf } from '../experiments/registry';
import { withCases } from '../experiments/trace/flat';
import { TokenizerStopped } from '../load/tokenizer/connection';
import type { Engine } from './api';
import { infoOf } from './lensMatrix';
import type { VerifiedModel } from './runningModel';

type Question = Readonly<Record<string, unknown>>;

export interface AskedModel extends Pick<VerifiedModel, 'checkpoint' | 'sigma' | 'lens'> {
  readonly predict: Engine['predict'];
  /** Text of a shipped task set. */
  readonly readSet: (name: string) => Promise<string>;
}

export function resolveContext({ checkpoint, sigma, lens, predict, readSet }: AskedModel): ResolveContext {
  const { tokenizer } = checkpoint;
  return {
    model: { id: checkpoint.id, revision: checkpoint.revision },
    spec: checkpoint.spec,
    bosDefault: checkpoint.bos,
    special: tokenizer.special,
    maskToken: tokenizer.maskToken,
    addsSpace: tokenizer.addsSpace,
    sigma,
    lens: infoOf(lens),
    encode: (text) => tokenizer.encode(text),
    decode: (ids) => ids.map((id) => tokenizer.decode(id)),
    readSet,
    predict: async (tokens) => (await predict(tokens, 1))[0]!.id,
  };
}

/** With the likeliest tokens, for what a question leaves open. */
export const choiceContext = (model: AskedModel): ChoiceContext => ({
  ...resolveContext(model),
  likeliest: async (tokens, k) => (await model.predict(tokens, k)).map(({ id }) => id),
});

/** The spec of a question, with everything that it leaves open chosen. Rejects with an Error. */
export async function resolveQuestion(json: Question, model: AskedModel): Promise<Record<string, unknown>> {
  const question = withCases(json);
  const experiment = experimentOf(question);
  const { needs = {} } = experiment.about;
  const context = choiceContext(model);
  try {
    const asked = await withChoices(question, needs, context);
    return await experiment.resolve(asked, context);
  } catch (error) {
    if (error instanceof TokenizerStopped) throw error;
    // More useful than the problem of its first prompt.
    const problem = await setProblem(question.set, needs, context);
    throw problem === null ? error : new Error(problem, { cause: error });
  }
}

export function noticesAbout(json: Question, model: AskedModel) {
  const question = withCases(json);
  const { needs = {} } = experimentOf(question).about;
  return noticesOf(question, needs, resolveContext(model));
}

/** In a few words; null if the set fits. Rejects with an Error if it cannot be read. */
export async function whySetUnfit(kind: string, name: string, model: AskedModel): Promise<string | null> {
  const { needs = {} } = experimentOf({ kind }).about;
  return whyUnfit(parseTaskSet(await model.readSet(name), name), needs, resolveContext(model));
}
