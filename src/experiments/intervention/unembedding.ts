/**
 * Directions of the unembedding as sources of edits, perhaps through a Jacobian lens: schema, form,
 * and from texts to tokens.
 */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { allInOrder } from '../../util/inOrder';
import { resolveAnswers } from '../common/answers';
import { expectThat } from '../common/parse';
import type { ResolveContext } from '../common/prompt';
import { layer, tracedToken } from '../common/spec';
import { blank, amount } from '../contract/columns';
import type { AskedStudy } from '../contract/fields';

/**
 * The unembedding's row u of a token, minus another's; with `length`: scaled to it. `lens`: J^T u of
 * that layer's matrix, the direction that the Jacobian lens reads as the token. The final norm's
 * gain is left out of both, as in TransformerLens.
 */
export const unembeddingSource = z
  .object({
    kind: z.literal('unembedding'),
    towards: tracedToken,
    away: tracedToken.optional(),
    length: z.number().positive().optional(),
    lens: layer.optional(),
  })
  .strict();

type Source = z.infer<typeof unembeddingSource>;
export interface DirectedEdit {
  readonly op: string;
  readonly alpha?: number | undefined;
  readonly head?: number | undefined;
  readonly columns?: readonly [number, number] | undefined;
  readonly source?: Source | { readonly kind: string } | undefined;
}

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
    blank('layer', 'lens', 'through the Jacobian lens of layer (none: not)'),
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
export const directionOf = ({ source }: Pick<DirectedEdit, 'source'>): Source | null =>
  source?.kind === 'unembedding' ? (source as Source) : null;

export function checkDirection(edit: DirectedEdit, model: ModelSpec | undefined, path: string): void {
  const source = directionOf(edit);
  if (edit.op === 'swap') checkSwap(edit, source, path);
  if (!source) return;
  const { towards, away } = source;
  expectThat(towards.id !== away?.id, `${path}.away`, away?.id, 'another token than towards');
  if (!model) return;
  expectThat(model.head !== 'classes', path, 'unembedding', 'another source: this model predicts no tokens');
  for (const token of [towards, ...(away ? [away] : [])])
    expectThat(token.id < model.dVocab, path, `token id ${token.id}`, `ids below ${model.dVocab}`);
}

/** A swap exchanges two tokens' coordinates, whatever the vectors' lengths. */
function checkSwap({ head, columns }: DirectedEdit, source: Source | null, path: string): void {
  const got = source ? 'one token' : 'another source';
  expectThat(source?.away !== undefined, path, got, 'two tokens of the unembedding, to swap');
  expectThat(source.length === undefined, `${path}.length`, source.length, 'no length: a swap keeps both');
  expectThat(head === undefined && columns === undefined, path, 'a part of the site', 'all of it, to swap');
}

/** The layers whose matrices these edits read. */
export const layersRead = (edits: readonly Pick<DirectedEdit, 'source'>[]): number[] => [
  ...new Set(edits.flatMap((edit) => directionOf(edit)?.lens ?? [])),
];
