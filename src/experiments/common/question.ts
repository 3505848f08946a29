/**
 * A study's question as typed: texts in place of token ids and ranges. Resolved parts pass through,
 * so a spec is also a question.
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { named, parseWith, quoted } from '../../util/parse';
import { allInOrder } from '../../util/inOrder';
import { resolveAnswers } from './answers';
import { outcomesOf } from './classes';
import { findAnswerRow, promptTokens, type ResolveContext } from './prompt';
import { caseName } from './caseName';
import { parseTaskSet, takeItems } from './set';
import {
  metrics,
  position,
  type StudyCase,
  type StudySpec,
  studyCase,
  promptText,
  tokenIds,
  tracedToken,
} from './spec';
import { checkRange, findSubject, type PromptToken } from './subject';
import { differingWords } from './twin';

const askedCase = z
  .object({
    prompt: promptText,
    tokens: tokenIds.optional(),
    /** Words of the prompt ('X#2' is its second occurrence), or positions. */
    subject: z.union([z.string(), z.object({ begin: position, end: position }).strict()]).optional(),
    /** Default: the model's prediction. */
    answer: z.union([z.string(), tracedToken]).optional(),
    distractor: z.union([z.string(), tracedToken]).optional(),
    answerRow: position.optional(),
    corrupted: z.union([z.string(), studyCase.shape.corrupted.unwrap()]).optional(),
    label: z.string().optional(),
  })
  .strict();

export type AskedCase = z.infer<typeof askedCase>;

/** A task set: a shipped one by name, or a file's text with a name. */
const askedSet = z
  .object({
    name: z.string().min(1),
    text: z.string().optional(),
    /** Number of items: the first, or with a seed a random sample; default all. */
    take: z.number().int().min(1).optional(),
    seed: z.number().int().min(0).max(0xffffffff).optional(),
    /** Required hash of the file. */
    sha256: z.string().optional(),
  })
  .strict();

const asked = z.looseObject({
  version: z.literal(1).optional(),
  model: z.object({ id: z.string(), revision: z.string().optional() }).optional(),
  bos: z.boolean().optional(),
  metric: z.enum(metrics).optional(),
  cases: z.array(askedCase).min(1).max(MOST.cases).optional(),
  set: askedSet.optional(),
  /** Items whose twin has another number of tokens; default refuse. */
  onMisaligned: z.enum(['refuse', 'skip']).optional(),
});

type Asked = z.infer<typeof asked>;

/**
 * Resolves `version`, `model`, `bos`, `cases` and `metric` for the open model; a `set` becomes
 * cases. The experiment's own fields pass through. Default metric: the logit difference if every
 * case has a distractor, else p. Rejects with one sentence.
 */
export async function resolveStudy(
  json: unknown,
  where: string,
  context: ResolveContext,
): Promise<Record<string, unknown>> {
  const { onMisaligned = 'refuse', ...question } = parseWith(asked, json, where);
  const { items, set } = await itemsOf(question, where, context);
  const bos = question.bos ?? context.bosDefault;
  const resolved = await allInOrder(items, async ({ one, at }, _, turn): Promise<StudyCase | LeftOut> => {
    const predict: ResolveContext['predict'] = async (tokens) => {
      await turn();
      return context.predict(tokens);
    };
    try {
      return await resolveCase(one, at, bos, { ...context, predict });
    } catch (error) {
      if (!(error instanceof MisalignedError) || onMisaligned === 'refuse') throw error;
      return { label: one.label ?? one.prompt, reason: error.reason };
    }
  });
  const cases = resolved.filter((one) => !('reason' in one)) as StudyCase[];
  const leftOut = resolved.filter((one) => 'reason' in one);
  if (cases.length === 0) {
    throw new Error(
      `${where}: no item is left, got ${items.length} whose twin has another number of tokens, expected at least one.`,
    );
  }
  const metric = question.metric ?? (cases.every((one) => one.distractor) ? 'logit-diff' : 'p');
  return {
    ...question,
    version: 1,
    model: context.model,
    bos,
    ...(set ? { set } : {}),
    cases,
    ...(leftOut.length > 0 ? { leftOut } : {}),
    metric,
    ...outcomesOf(context.spec),
  };
}

interface Items {
  /** `at`: its name in messages. */
  readonly items: readonly { readonly one: AskedCase; readonly at: string }[];
  readonly set?: StudySpec['set'];
}

/** The cases as given, or the items of the set. */
async function itemsOf({ cases, set }: Asked, where: string, context: ResolveContext): Promise<Items> {
  if (cases) {
    const items = cases.map((one, i) => ({ one, at: caseName(where, cases, i) }));
    if (!set) return { items };
    if (set.sha256 !== undefined) return { items, set: { name: set.name, sha256: set.sha256 } };
    throw new Error(`${where}: has cases and a set, got both, expected one of them. Leave one out.`);
  }
  if (!set) throw new Error(`${where}: has no cases, got neither cases nor a set, expected one of them.`);
  const file = parseTaskSet(set.text ?? (await context.readSet(set.name)), set.name);
  if (set.sha256 !== undefined && set.sha256 !== file.sha256) {
    throw new Error(
      `set ${named(set.name)}: is another file, got SHA-256 ${file.sha256.slice(0, 12)}, expected ${named(set.sha256.slice(0, 12))}.`,
    );
  }
  const taken = takeItems(file, set.take, set.seed);
  if (taken.length > MOST.cases) {
    throw new Error(
      `set ${set.name}: is too large, got ${taken.length} items, expected at most ${MOST.cases}. Ask with "take".`,
    );
  }
  const items = taken.map(({ row, item }) => ({ one: item, at: `set ${set.name}: row ${row}` }));
  return { items, set: { name: set.name, sha256: file.sha256 } };
}

/** Whether no text needs a tokenizer: then the question can be checked without a model. */
export function isResolved(json: unknown): boolean {
  if (json === null || typeof json !== 'object') return false;
  const { tokens, cases } = json as { tokens?: unknown; cases?: unknown };
  if (Array.isArray(tokens)) return true;
  const hasTokens = (one: unknown) => one !== null && typeof one === 'object' && 'tokens' in one;
  return Array.isArray(cases) && cases.length > 0 && cases.every(hasTokens);
}

/** An item whose twin does not fit. */
interface LeftOut {
  readonly label: string;
  readonly reason: string;
}

/** One case; a resolved one passes through. */
async function resolveCase(
  one: AskedCase,
  where: string,
  bos: boolean,
  context: ResolveContext,
): Promise<StudyCase> {
  const pieces = one.tokens ? null : await promptTokens(one.prompt, `${where}: the prompt`, bos, context);
  const tokens = one.tokens ?? pieces!.map(({ id }) => id);
  const row = one.answerRow ?? findAnswerRow(tokens, context);
  const { answers, subject } = await naming(where, async () => ({
    answers: await resolveAnswers(one, tokens, context),
    subject: subjectOf(one, pieces),
  }));
  const corrupted = await corruptedOf(
    one,
    pieces ?? tokens.map((id) => ({ id, text: '', bytes: null })),
    where,
    bos,
    context,
  );
  return {
    prompt: one.prompt,
    tokens,
    ...(subject ? { subject } : {}),
    ...answers,
    ...(row === tokens.length - 1 ? {} : { answerRow: row }),
    ...(corrupted ? { corrupted } : {}),
    ...(one.label === undefined ? {} : { label: one.label }),
  };
}

function subjectOf(
  { prompt, subject }: AskedCase,
  pieces: readonly PromptToken[] | null,
): StudyCase['subject'] {
  if (typeof subject !== 'string') return subject && pieces ? checkRange(subject, pieces) : subject;
  if (pieces) return findSubject(prompt, pieces, subject);
  throw new Error(
    `subject: is text beside token ids, got ${quoted(subject)}, expected begin and end. Leave the tokens out.`,
  );
}

async function corruptedOf(
  { prompt, corrupted }: AskedCase,
  tokens: readonly PromptToken[],
  where: string,
  bos: boolean,
  context: ResolveContext,
): Promise<StudyCase['corrupted']> {
  if (typeof corrupted !== 'string') return corrupted;
  const other = await promptTokens(corrupted, `${where}: the corrupted prompt`, bos, context);
  if (other.length !== tokens.length) {
    const words = differingWords({ text: corrupted, tokens: other }, { text: prompt, tokens });
    throw new MisalignedError(
      `${where}: the corrupted prompt`,
      `has another number of tokens, got ${other.length}, expected ${tokens.length}${words}`,
    );
  }
  return { prompt: corrupted, tokens: other.map(({ id }) => id) };
}

/** A prompt and its twin differ in length; the message shows the alignment. */
class MisalignedError extends Error {
  constructor(
    where: string,
    readonly reason: string,
  ) {
    super(`${where}: ${reason}. Choose words of as many tokens.`);
  }
}

async function naming<T>(where: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}
