/** What replaces an ablated state: the reference prompts, and their mean activations or samples. */
import { z } from 'zod';
import { sha256OfText } from '../../util/sha256';
import { allInOrder } from '../../util/inOrder';
import { type ResolveContext, promptTokens } from '../common/prompt';
import { promptText, type StudyCase, tokenIds } from '../common/spec';
import { lines } from '../contract/columns';
import type { AskedStudy, Form } from '../contract/fields';
import { MOST } from '../../util/bounds';
import atlas from './atlas-64.json';

const referencePrompt = z.object({ prompt: promptText, tokens: tokenIds }).strict();
const prompts = z.array(referencePrompt).min(1).max(MOST.cases);

export const reference = z.discriminatedUnion('from', [
  /** The study's own prompts. */
  z.object({ from: z.literal('cases') }).strict(),
  z.object({ from: z.literal('prompts'), prompts }).strict(),
  /** A set that ships with Loci; sha256 of its prompts, one per line. */
  z.object({ from: z.literal('set'), name: z.string(), sha256: z.string(), prompts }).strict(),
]);

export type Reference = z.infer<typeof reference>;

const typed = z.array(promptText).min(1).max(MOST.cases);

/** 'cases', or texts; a resolved reference passes through. */
export const askedReference = z.union([
  z.literal('cases'),
  typed,
  reference,
  /** The form's, typed or not yet. */
  z
    .object({ from: z.literal('prompts'), prompts: typed.optional() })
    .strict()
    .transform((one) => one.prompts),
]);

export const referenceForm: Form = {
  kind: 'variant',
  label: 'Reference prompts (default: the set of the model)',
  tag: 'from',
  variants: [
    { value: 'cases', label: 'the question’s own', fields: [] },
    {
      value: 'prompts',
      label: 'typed here',
      fields: [lines('prompts', 'prompts, one a line', 'The capital of Norway is')],
    },
  ],
  default: null,
  only: { method: ['mean', 'mean-per-position', 'resample'] },
};

export type AskedReference = z.infer<typeof askedReference> | undefined;

/** Sets that ship with a model, by its id. */
const SHIPPED: ReadonlyMap<string, { readonly name: string; readonly prompts: readonly string[] }> = new Map([
  ['atlas', atlas],
]);

/** Default: the model's shipped set, else several cases. Rejects with one sentence. */
export async function resolveReference(
  asked: AskedReference,
  { cases, bos }: AskedStudy,
  where: string,
  context: ResolveContext,
): Promise<Reference> {
  const resolved = (texts: readonly string[]) =>
    allInOrder(texts, async (prompt, i) => {
      const tokens = await promptTokens(prompt, `${where}[${i}]`, bos, context);
      return { prompt, tokens: tokens.map(({ id }) => id) };
    });
  if (asked === 'cases') return { from: 'cases' };
  if (Array.isArray(asked)) return { from: 'prompts', prompts: await resolved(asked) };
  if (asked) return asked;
  const shipped = SHIPPED.get(context.model.id);
  if (shipped) {
    const { name, prompts: texts } = shipped;
    return { from: 'set', name, sha256: sha256OfText(texts.join('\n')), prompts: await resolved(texts) };
  }
  if (cases.length > 1) return { from: 'cases' };
  throw new Error(
    `${where}: is missing, got none, expected prompts to take activations from: no set ships with this model. ` +
      "Give texts, or several cases and 'cases'.",
  );
}

/** The reference prompts' tokens. */
export function referenceTokens(
  from: Reference | undefined,
  cases: readonly StudyCase[],
): readonly (readonly number[])[] {
  if (!from) return [];
  return (from.from === 'cases' ? cases : from.prompts).map(({ tokens }) => tokens);
}

/** Reference prompts that a case can be resampled from: other prompts of the same length. */
export function eligible(
  tokens: readonly number[],
  all: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return all.filter((other) => other.length === tokens.length && other.some((id, t) => id !== tokens[t]));
}

/** The number of `eligible` prompts, case by case, in one pass over the prompts. */
export function eligibleCount(all: readonly (readonly number[])[]): (tokens: readonly number[]) => number {
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const tokens of all) {
    add(`${tokens.length}`);
    add(`=${tokens.join()}`);
  }
  return (tokens) => (counts.get(`${tokens.length}`) ?? 0) - (counts.get(`=${tokens.join()}`) ?? 0);
}
