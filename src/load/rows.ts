/**
 * Tokens that a model cannot read: some published tokenizers have more tokens than the model has
 * embeddings (Gemma 3's <image_soft_token>), and RoBERTa's <pad> has no position. The model opens;
 * a text or list of ids with such a token is refused.
 */
import type { ModelSpec } from '../model/spec';
import { shown } from '../util/parse';
import type { SpecialToken } from './tokenizer';
import type { Tokenizer } from './tokenizer/connection';

type Reads = Pick<ModelSpec, 'nEmbeddings' | 'positions'>;

const paddingOf = ({ positions }: Reads): number | null =>
  positions.kind === 'learned' ? positions.padding : null;

/** Throws an Error naming the first of `ids` that the model cannot read. */
export function refuseUnread(
  ids: readonly number[],
  spec: Reads,
  tokenizer: Pick<Tokenizer, 'decode'>,
): void {
  const { nEmbeddings: rows } = spec;
  const padding = paddingOf(spec);
  const id = ids.find((one) => one >= rows || one === padding);
  if (id === undefined) return;
  if (id === padding)
    throw new Error(
      `tokens: ${shown(tokenizer.decode(id))} is padding, which takes no position in this model, got id ${id}, expected other tokens. Use a text without it.`,
    );
  throw new Error(
    `tokens: the model has no embedding for ${shown(tokenizer.decode(id))}, got id ${id}, expected ids below ${rows}. Use a text without it.`,
  );
}

/**
 * A tokenizer that refuses texts with such tokens and never adds one, and a note if there are any.
 */
export function withinRows(
  tokenizer: Tokenizer,
  spec: Reads,
): { readonly tokenizer: Tokenizer; readonly notes: readonly string[] } {
  const { nEmbeddings: rows } = spec;
  const count = tokenizer.vocabSize - rows;
  if (count <= 0 && paddingOf(spec) === null) return { tokenizer, notes: [] };
  const has = (token: SpecialToken) => token.id < rows;
  const only = (token: SpecialToken | null) => (token && has(token) ? token : null);
  const { special, bosToken, eosToken, maskToken } = tokenizer;
  return {
    tokenizer: {
      ...tokenizer,
      async encode(text) {
        const tokens = await tokenizer.encode(text);
        refuseUnread(
          tokens.map(({ id }) => id),
          spec,
          tokenizer,
        );
        return tokens;
      },
      bosToken: only(bosToken),
      eosToken: only(eosToken),
      maskToken: only(maskToken),
      special: { prefix: special.prefix.filter(has), suffix: special.suffix.filter(has) },
    },
    notes: count > 0 ? [tooMany(tokenizer, rows)] : [],
  };
}

function tooMany(tokenizer: Tokenizer, rows: number): string {
  const last = tokenizer.vocabSize - 1;
  const first = `${shown(tokenizer.decode(rows))} (id ${rows})`;
  return `The model has ${rows} embeddings, the tokenizer ids up to ${last}: a prompt with ${last === rows ? first : `one of those from ${first} on`} is refused.`;
}
