/**
 * Tokens without a row of embeddings: some published tokenizers have more tokens than their model (Gemma 3's
 * <image_soft_token>). The model opens; only a text or a list of ids that uses such a token is refused.
 */
import { shown } from '../util/parse';
import type { SpecialToken } from './tokenizer';
import type { Tokenizer } from './tokenizer/connection';

/** The first of `ids` that has no row, refused by name. Throws one sentence. */
export function refuseWithoutRow(
  ids: readonly number[],
  rows: number,
  tokenizer: Pick<Tokenizer, 'decode'>,
): void {
  const id = ids.find((one) => one >= rows);
  if (id === undefined) return;
  throw new Error(
    `tokens: the model has no embedding for ${shown(tokenizer.decode(id))}, got id ${id}, expected ids below ${rows}. Use a text without it.`,
  );
}

/** A tokenizer that refuses texts with such tokens and never adds one, and a note if there are any. */
export function withinRows(
  tokenizer: Tokenizer,
  rows: number,
): { readonly tokenizer: Tokenizer; readonly notes: readonly string[] } {
  const count = tokenizer.vocabSize - rows;
  if (count <= 0) return { tokenizer, notes: [] };
  const has = (token: SpecialToken) => token.id < rows;
  const only = (token: SpecialToken | null) => (token && has(token) ? token : null);
  const { special, bosToken, eosToken, maskToken } = tokenizer;
  const first = `${shown(tokenizer.decode(rows))} (id ${rows})`;
  return {
    tokenizer: {
      ...tokenizer,
      async encode(text) {
        const tokens = await tokenizer.encode(text);
        refuseWithoutRow(
          tokens.map(({ id }) => id),
          rows,
          tokenizer,
        );
        return tokens;
      },
      bosToken: only(bosToken),
      eosToken: only(eosToken),
      maskToken: only(maskToken),
      special: { prefix: special.prefix.filter(has), suffix: special.suffix.filter(has) },
    },
    notes: [
      `The model has ${rows} embeddings, the tokenizer ids up to ${tokenizer.vocabSize - 1}: a prompt with ${count === 1 ? first : `one of those from ${first} on`} is refused.`,
    ],
  };
}
