/** Encodes a text as a model reads it. */
import type { Vocabulary } from './open';
import type { Token } from './tokenizer';

/**
 * Tokens of a text; on request with BOS, or an encoder's special tokens, around them. Rejects with
 * an Error if there are none.
 */
export async function encodeText(
  { tokenizer, title }: Pick<Vocabulary, 'tokenizer' | 'title'>,
  text: string,
  bos: boolean,
): Promise<Token[]> {
  const tokens = await tokenizer.encode(text);
  if (!bos) return tokens;
  const { prefix, suffix } = tokenizer.special;
  if (prefix.length + suffix.length === 0) throw new Error(`bos: ${title} has no BOS token. Switch BOS off.`);
  const added = (token: { id: number; text: string }) => ({ ...token, bytes: null, isBos: true });
  return [...prefix.map(added), ...tokens, ...suffix.map(added)];
}
