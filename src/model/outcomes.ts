/** What the entries of `unembed.hook_out` mean: tokens of the vocabulary, or named classes. */
import type { ModelSpec } from './spec';

/** Name of outcome `id`: the class's name or the token's text. */
export function outcomeOf(
  { head, classes }: Pick<ModelSpec, 'head' | 'classes'>,
  decode: (id: number) => string,
): (id: number) => string {
  return head === 'classes' ? (id) => classes[id] ?? '' : decode;
}
