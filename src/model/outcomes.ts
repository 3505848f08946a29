/** What the numbers of `unembed.hook_out` stand for: tokens of the vocabulary, or classes with names of their own. */
import type { ModelSpec } from './spec';

/** Name of outcome `id`: a class's, or the token's text. */
export function outcomeOf(
  { head, classes }: Pick<ModelSpec, 'head' | 'classes'>,
  decode: (id: number) => string,
): (id: number) => string {
  return head === 'classes' ? (id) => classes[id] ?? '' : decode;
}
