/** A part of tokenizer.json (`normalizer`, `pre_tokenizer`, ...) as a list of steps: Sequences unfolded, none for null. */
import { z } from 'zod';
import { parseWith } from '../../util/parse';

const part = z.looseObject({ type: z.string() });

/** `children`: the field in which a Sequence of this kind has its steps. Throws one sentence. */
export function leaves(json: unknown, children: string): z.output<typeof part>[] {
  if (json === null || json === undefined) return [];
  const found = parseWith(part, json, 'tokenizer.json');
  if (found.type !== 'Sequence') return [found];
  const steps = parseWith(z.array(z.unknown()), found[children] ?? [], `tokenizer.json: ${children}`);
  return steps.flatMap((step) => leaves(step, children));
}
