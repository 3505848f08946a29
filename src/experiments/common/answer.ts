/** The answer token, and the token it is compared with. */
import { visibleToken } from '../../util/visible';
import { allInOrder } from '../../util/inOrder';
import type { TracedToken } from './spec';
import type { PromptToken } from './subject';
import { quoted } from '../../util/parse';

/** The parts of a question that determine its answers. */
export interface AnswerQuestion {
  readonly prompt: string;
  readonly answer?: string | undefined;
  readonly distractor?: string | undefined;
}

export interface AnswerTokenizer {
  /** The tokenizer adds a space before a text without one. */
  readonly addsSpace: boolean;
  encode(text: string): Promise<readonly PromptToken[]>;
}

export interface AnswerContext extends AnswerTokenizer {
  decode(ids: readonly number[]): readonly string[];
  /** Id of the largest logit after the prompt. */
  predict(): Promise<number>;
}

/**
 * An answer is one token: the first of what was typed, since the last position predicts no other.
 * Refuses a lone space, and a pair that begins with the same token; the message names the words to
 * move into the prompt. Without a text, the answer is the model's prediction.
 */
export async function resolveAnswer(
  question: AnswerQuestion,
  context: AnswerContext,
): Promise<{ answer: TracedToken; distractor?: TracedToken }> {
  const { prompt } = question;
  const traced = async (text: string | undefined, where: string): Promise<TracedToken | null> => {
    if (text === undefined) return null;
    const tokens = text.trim() === '' ? [] : (await following(text, prompt, context)).tokens;
    const [first] = tokens;
    if (!first) {
      throw new Error(
        `${where}: is empty, got ${quoted(text)}, expected a word. Leave it out to trace what the model says.`,
      );
    }
    if (isBlank(tokens)) {
      throw new Error(
        `${where}: begins with a lone space, got ${spelled(tokens)} for ${quoted(text)}, expected a token with letters. ` +
          ((await moveText(question, context)) ?? 'Choose another word.'),
      );
    }
    return tokens.length === 1 ? { id: first.id } : { id: first.id, typed: text };
  };
  const [distractor, typed] = await allInOrder(
    [
      [question.distractor, 'distractor'],
      [question.answer, 'answer'],
    ] as const,
    ([text, where]) => traced(text, where),
  );
  const answer = typed ?? { id: await context.predict() };
  if (distractor && distractor.id === answer.id) {
    const token = context.decode([answer.id])[0]!;
    throw new Error(
      `distractor: begins with the same token as the answer, got ${quoted(token)} for both, expected two different ones. ` +
        ((await moveText(question, context)) ?? 'Choose another distractor.'),
    );
  }
  return { answer, ...(distractor && { distractor }) };
}

/** The first of several tokens is blank: predicting it says nothing about the word. */
export function isBlank(tokens: readonly PromptToken[]): boolean {
  return tokens.length > 1 && tokens[0]!.text.trim() === '';
}

const MOST_SPELLED = 8;

/** '·', 'New', '·York'; only the first of many. */
export function spelled(tokens: readonly { readonly text: string }[]): string {
  const shown = tokens.slice(0, MOST_SPELLED).map(({ text }) => quoted(visibleToken(text)));
  return [...shown, ...(tokens.length > MOST_SPELLED ? [`… (${tokens.length} tokens)`] : [])].join(' ');
}

/** A text as it follows a prompt: with its space, and its tokens. */
interface Following {
  readonly text: string;
  readonly tokens: readonly PromptToken[];
}

/** Scripts without spaces between words. */
const UNSPACED =
  '[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]';
const GOES_ON = [
  [/\s$/, /^/],
  [/\d$/, /^\d/],
  [new RegExp(`${UNSPACED}$`, 'u'), new RegExp(`^${UNSPACED}`, 'u')],
] as const;

/**
 * Tokens of `text` after the prompt: with a space before it, unless only the bare text is one
 * token. Digits after digits continue the number; scripts without spaces take none.
 */
export async function following(
  text: string,
  prompt: string,
  tokenizer: AnswerTokenizer,
): Promise<Following> {
  const after = async (form: string): Promise<Following> => ({
    text: form,
    tokens: await tokensAfter(prompt, form, tokenizer),
  });
  if (/^\s/.test(text)) return after(text);
  const forms = await Promise.all([` ${text}`, text].map(after));
  if (GOES_ON.some(([end, begin]) => end.test(prompt) && begin.test(text))) forms.reverse();
  return forms.find(({ tokens }) => tokens.length === 1) ?? forms[0]!;
}

/** The tokens that `text` adds to the prompt's; encoded alone if the two would merge. */
async function tokensAfter(
  prompt: string,
  text: string,
  { encode, addsSpace }: AnswerTokenizer,
): Promise<readonly PromptToken[]> {
  // Only a tokenizer that adds its own space needs the prompt to separate the two.
  if (!addsSpace) return encode(text);
  const [own, both] = await Promise.all([encode(prompt), encode(prompt + text)]);
  const goesOn = own.length < both.length && own.every(({ id }, i) => id === both[i]!.id);
  return goesOn ? both.slice(own.length) : encode(text.trimStart());
}

/** A question with the first words of its answers moved to the end of the prompt. */
export interface Moved {
  /** The words moved, e.g. ' New'. */
  readonly words: string;
  readonly prompt: string;
  readonly answer: string;
  readonly distractor?: string;
}

/** Most word ends tried. */
const MOST_MOVES = 16;

/**
 * The shortest whole words that can move from the answer (and the distractor, which must share
 * them) into the prompt so that the rest begins with letters and differs; null if there are none.
 */
export async function moveIntoPrompt(
  question: AnswerQuestion,
  tokenizer: AnswerTokenizer,
): Promise<Moved | null> {
  const { prompt, answer, distractor } = question;
  if (answer === undefined) return null;
  const forms = await Promise.all(
    [answer, ...(distractor === undefined ? [] : [distractor])].map((text) =>
      following(text, prompt, tokenizer),
    ),
  );
  const [{ text, tokens }] = forms as [Following, ...Following[]];
  const shared = commonBeginning(forms.map((form) => form.text));
  const least = isBlank(tokens) || forms.some((form) => isBlank(form.tokens)) ? 1 : tokens[0]!.text.length;
  const ends = Array.from(text.matchAll(/(?<=\S)(?=\s)|(?<=\s)(?=\S)/g), ({ index }) => index)
    .filter((end) => end >= least && end <= shared)
    .slice(0, MOST_MOVES);
  for (const end of ends) {
    const words = text.slice(0, end);
    const rest = forms.map((form) => form.text.slice(end));
    if (rest.some((one) => one.trim() === '')) continue;
    const moved = await Promise.all(rest.map((one) => following(one, prompt + words, tokenizer)));
    // Moving a space that must be put back gains nothing.
    const fits = moved.every((one, i) => one.text === rest[i] && !isBlank(one.tokens));
    const [first, second] = moved.map((one) => one.tokens[0]!.id);
    if (!fits || first === second) continue;
    const pair = rest[1] === undefined ? {} : { distractor: rest[1] };
    return { words, prompt: prompt + words, answer: rest[0]!, ...pair };
  }
  return null;
}

/** 'Put 'New' into the prompt: prompt 'The capital of France is New', answer ' York'.' */
async function moveText(question: AnswerQuestion, tokenizer: AnswerTokenizer): Promise<string | null> {
  const moved = await moveIntoPrompt(question, tokenizer);
  if (!moved) return null;
  const { prompt, answer, distractor } = moved;
  const other = distractor === undefined ? '' : `, distractor ${quoted(distractor)}`;
  return `Put ${movedWords(moved)} into the prompt: prompt ${quoted(prompt)}, answer ${quoted(answer)}${other}.`;
}

/** 'the space', or the words in quotes. */
export function movedWords({ words }: Moved): string {
  return words.trim() === '' ? 'the space' : quoted(words.trim());
}

/** Length of their common beginning, in characters. */
function commonBeginning([first = '', ...others]: readonly string[]): number {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return length;
}
