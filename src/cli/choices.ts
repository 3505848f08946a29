/** Chooses what a trace's question leaves open, and prints the choices. */
import type { Engine } from '../engine/api';
import { sigmaSource } from '../experiments/common/noise';
import { withCases } from '../experiments/trace/flat';
import { traceSpec } from '../experiments/trace/spec';
import { choicesText, noiseSizeText } from '../results/choicesText';
import { plainText } from '../results/format';
import type { Context } from './context';
import { fromInput } from './errors';
import { progressLine } from './progress';
import { maxOf, minOf } from '../util/lists';
import { quoted } from '../util/parse';

/** A trace's question as flags ask it; `withCases` makes it a study's. */
export type Flat = Readonly<Record<string, unknown>>;

/**
 * Without a prompt in the flags, uses the prompt that the model opens with, and its subject unless
 * another is given.
 */
export async function withPrompt(context: Context, engine: Engine, question: Flat): Promise<Flat> {
  if (question.prompt !== undefined) return question;
  const progress = progressLine(context);
  progress.show('looking for a prompt that the model knows');
  const first = await fromInput(engine.firstPrompt('cli')).finally(progress.clear);
  context.note(
    `prompt ${quoted(first.prompt)}${first.isKnown ? '' : ', which the model does not know'}; chosen by Loci`,
  );
  return { ...question, prompt: first.prompt, ...(isMarked(question) ? {} : { subject: first.subject }) };
}

const isMarked = ({ subject, subjectRange, corruptTo }: Flat): boolean =>
  [subject, subjectRange, corruptTo].some((field) => field !== undefined);

/**
 * The resolved question. If neither answer nor distractor is given, they are the model's two
 * likeliest tokens.
 */
export async function resolveTrace(
  { note }: Pick<Context, 'note'>,
  engine: Engine,
  question: Flat,
): Promise<Record<string, unknown>> {
  const resolved = await fromInput(async () => engine.resolve(withCases(question)));
  const { tokens, subject, corruption, ...spec } = traceSpec.parse(resolved);
  const isOpen = question.answer === undefined;
  const rows = isOpen ? await fromInput(engine.predict(tokens, 2)) : [];
  const other = question.distractor === undefined ? rows.find(({ id }) => id !== spec.answer.id) : undefined;
  const top = rows.find(({ id }) => id === spec.answer.id);
  const text = choicesText({
    subject: isMarked(question) ? undefined : await wordsAt(engine, spec, subject),
    answer: top,
    distractor: other?.text,
  });
  if (text !== null) note(plainText(text));
  if (corruption.type === 'noise' && corruption.measuredOn) {
    const { factor, sigma, measuredOn } = corruption;
    note(`noise of ${plainText(noiseSizeText(factor, sigma, sigmaSource(measuredOn)))}`);
  }
  return other ? { ...resolved, distractor: { id: other.id } } : resolved;
}

/** The prompt's words at token positions. */
async function wordsAt(
  engine: Engine,
  { prompt, bos }: { readonly prompt: string; readonly bos: boolean },
  { begin, end }: { readonly begin: number; readonly end: number },
): Promise<string> {
  const places = (await engine.tokenize(prompt, bos)).slice(begin, end).flatMap(({ bytes }) => bytes ?? []);
  const utf8 = new TextEncoder().encode(prompt);
  return new TextDecoder().decode(utf8.subarray(minOf(places), maxOf(places))).trim();
}
