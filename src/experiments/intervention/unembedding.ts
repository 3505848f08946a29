/** Directions of the unembedding as sources of edits: schema, form, and from texts to tokens. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { allInOrder } from '../../util/inOrder';
import { resolveAnswers } from '../common/answers';
import { expectThat } from '../common/parse';
import type { ResolveContext } from '../common/prompt';
import { tracedToken } from '../common/spec';
import { blank, amount } from '../contract/columns';
import type { AskedStudy } from '../contract/fields';

/** The unembedding's row of a token, minus another's; with `length`: scaled to it. */
export const unembeddingSource = z
  .object({
    kind: z.literal('unembedding'),
    towards: tracedToken,
    away: tracedToken.optional(),
    length: z.number().positive().optional(),
  })
  .strict();

type Source = z.infer<typeof unembeddingSource>;
type Edit = { readonly source?: Source | { readonly kind: string } | undefined };

const askedToken = z.union([z.string(), tracedToken]).optional();

/** Tokens as text; default: the first case's answer. */
export const askedUnembedding = unembeddingSource.extend({ towards: askedToken, away: askedToken });

export const unembeddingForm = {
  value: 'unembedding',
  label: 'a direction of the unembedding',
  fields: [
    blank('text', 'towards', 'towards (default: the answer)'),
    blank('text', 'away', 'away from (none: nothing)'),
    amount('length', 'scaled to length (none: as it is)', null, { min: 0 }),
  ],
} as const;

/** The edits with tokens instead of texts. */
export async function resolveEdits(
  asked: unknown,
  { cases }: AskedStudy,
  context: ResolveContext,
): Promise<readonly unknown[]> {
  const edits = asked as readonly {
    readonly source?: z.infer<typeof askedUnembedding> | { kind: 'other' };
  }[];
  const { prompt, tokens, answer } = cases[0]!;
  return allInOrder(edits, async (edit) => {
    if (edit.source?.kind !== 'unembedding') return edit;
    const { towards = answer, away, ...source } = edit.source;
    const named = await resolveAnswers({ prompt, answer: towards, distractor: away }, tokens, context);
    return {
      ...edit,
      source: { ...source, towards: named.answer, ...(named.distractor && { away: named.distractor }) },
    };
  });
}

/** An edit's direction; null: it has another source. */
export const directionOf = ({ source }: Edit): Source | null =>
  source?.kind === 'unembedding' ? (source as Source) : null;

export function checkDirection(edit: Edit, model: ModelSpec | undefined, path: string): void {
  const source = directionOf(edit);
  if (!source) return;
  const { towards, away } = source;
  expectThat(towards.id !== away?.id, `${path}.away`, away?.id, 'another token than towards');
  if (!model) return;
  expectThat(model.head !== 'classes', path, 'unembedding', 'another source: this model predicts no tokens');
  for (const token of [towards, ...(away ? [away] : [])])
    expectThat(token.id < model.dVocab, path, `token id ${token.id}`, `ids below ${model.dVocab}`);
}

/** A direction [D] per edit; null for edits without one. */
export type Directions = readonly (readonly number[] | null)[];
