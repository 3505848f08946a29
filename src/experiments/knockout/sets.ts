/** Which queries lose which keys: position sets by name, for prompts of any length. */
import { z } from 'zod';
import type { Mask } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { type NamedRows, namedRows, rowChoices, rowsOf } from '../common/rows';
import { answerRowOf, type StudyCase } from '../common/spec';
import { quoted } from '../../util/parse';

/** `namedRows`, plus the first position, before and after the subject, and all others. */
const tokenSet = z.union([z.enum(['start', 'before-subject', 'after-subject', 'not-subject']), namedRows]);
export type TokenSet = z.infer<typeof tokenSet>;

export const setChoices = [
  ...rowChoices,
  { value: 'not-subject', label: 'all but subject and answer' },
  { value: 'before-subject', label: 'before the subject' },
  { value: 'after-subject', label: 'after the subject' },
  { value: 'start', label: 'the first position' },
];

export const setPair = z.object({ queries: tokenSet, keys: tokenSet, name: z.string().optional() }).strict();
export type SetPair = z.infer<typeof setPair>;

/** Positions of a set. Throws one sentence naming `where` if it is empty. */
export function positionsOf(set: TokenSet, one: StudyCase, where: string): number[] {
  const all = one.tokens.map((_, t) => t);
  const answer = answerRowOf(one);
  if (set === 'start') return [0];
  if (set !== 'before-subject' && set !== 'after-subject' && set !== 'not-subject')
    return rowsOf(set satisfies NamedRows, one, where);
  const subject = rowsOf('subject', one, where);
  const [first, last] = [subject[0]!, subject.at(-1)!];
  const found = {
    'before-subject': all.filter((t) => t < first),
    'after-subject': all.filter((t) => t > last && t !== answer),
    'not-subject': all.filter((t) => (t < first || t > last) && t !== answer),
  }[set];
  if (found.length > 0) return found;
  throw new Error(
    `${where}: wrong value, got ${quoted(set)}, expected at least one such token in every case.`,
  );
}

export function pairName({ name, queries, keys }: SetPair): string {
  const text = (set: TokenSet) => (typeof set === 'string' ? set : set.join(','));
  return name ?? `${text(queries)} → ${text(keys)}`;
}

type Knockout = Pick<Mask, 'queries' | 'keys'>;

/**
 * A pair's positions in one case. Every query must keep a key (in a causal model, not a later one).
 * Throws one sentence naming `where`.
 */
export function knockoutOf(pair: SetPair, one: StudyCase, where: string, model?: ModelSpec): Knockout {
  const queries = positionsOf(pair.queries, one, `${where}.queries`);
  const keys = positionsOf(pair.keys, one, `${where}.keys`);
  const isCausal = model?.attention.causal ?? true;
  const hidden = new Set(keys);
  const first = one.tokens.findIndex((_, key) => !hidden.has(key));
  const blind = queries.find((q) => first < 0 || (isCausal && first > q));
  if (blind !== undefined) {
    throw new Error(
      `${where}: wrong value, got no key left for position ${blind}, expected at least one. Leave it out of the queries, or a key of its own.`,
    );
  }
  return { queries, keys };
}

/** Masks of layers [begin, end); `heads` by layer and head, default all. */
export function masksOf(
  { queries, keys }: Knockout,
  [begin, end]: readonly [number, number],
  heads: readonly { readonly layer: number; readonly head: number }[] | undefined,
): Mask[] {
  const masks: Mask[] = [];
  for (let layer = begin; layer < end; layer++) {
    if (!heads) masks.push({ layer, queries, keys });
    for (const chosen of heads ?? [])
      if (chosen.layer === layer) masks.push({ layer, head: chosen.head, queries, keys });
  }
  return masks;
}
