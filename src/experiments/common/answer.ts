/** The token whose probability is traced, and the one it is held against. */
import type { PromptToken } from './subject';

/** The words of a question that its answers are found by. */
export interface AnswerQuestion {
  readonly prompt: string;
  readonly answer?: string | undefined;
  readonly distractor?: string | undefined;
  readonly metric?: string | undefined;
}

/** One token; `typed` is the text it begins, where somebody typed one of several tokens. */
export interface TracedToken {
  readonly id: number;
  readonly typed?: string;
}

export interface AnswerContext {
  /** The tokenizer reads a space before a text that has none. */
  readonly addsSpace: boolean;
  encode(text: string): readonly PromptToken[];
  decode(ids: readonly number[]): readonly string[];
  /** What the model says after the prompt: the id of the largest logit. */
  predict(): Promise<number>;
}

/**
 * An answer is one token: the first of what was typed, since the prompt's last position predicts no other. A pair
 * that begins with the same token is therefore refused. Without a text the answer is what the model says.
 */
export async function resolveAnswer(
  question: AnswerQuestion,
  context: AnswerContext,
): Promise<{ answer: TracedToken; distractor?: TracedToken }> {
  const typed = (text: string | undefined, where: string) =>
    text === undefined ? null : firstToken(text, question.prompt, where, context);
  if (question.metric === 'logit-diff' && question.distractor === undefined) {
    throw new Error(
      'metric: logit-diff needs a distractor, got none, expected a second answer. ' +
        'Name a wrong answer of the same kind, or choose another metric.',
    );
  }
  const distractor = typed(question.distractor, 'distractor');
  const answer = typed(question.answer, 'answer') ?? { id: await context.predict() };
  if (distractor && distractor.id === answer.id) {
    const [token] = context.decode([answer.id]);
    throw new Error(
      `distractor: begins with the same token as the answer, got '${token}' for both, expected two different ones. ` +
        'Choose another distractor, or move the words that they share into the prompt.',
    );
  }
  return { answer, ...(distractor && { distractor }) };
}

function firstToken(text: string, prompt: string, where: string, context: AnswerContext): TracedToken {
  const tokens = continuation(text, prompt, context);
  const [first] = tokens;
  if (text.trim() === '' || !first) {
    throw new Error(
      `${where}: is empty, got '${text}', expected a word. Leave it out to trace what the model says.`,
    );
  }
  return tokens.length === 1 ? { id: first.id } : { id: first.id, typed: text };
}

/**
 * Tokens of `text` as it follows the prompt: with a space before it, unless only the bare text is one token. Digits
 * after digits go on with the number.
 */
function continuation(
  text: string,
  prompt: string,
  { encode, addsSpace }: AnswerContext,
): readonly PromptToken[] {
  // The tokenizer itself reads a space before the text; a typed one would become a token of its own.
  if (addsSpace) return encode(text.trimStart());
  if (/^\s/.test(text)) return encode(text);
  const forms = [` ${text}`, text].map(encode);
  if (/\s$/.test(prompt) || (/\d$/.test(prompt) && /^\d/.test(text))) forms.reverse();
  return forms.find((tokens) => tokens.length === 1) ?? forms[0]!;
}
