/** Patterns of tokenizer.json: a text, or a regular expression as Oniguruma spells it. */
import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { shown } from '../../util/parse';

export const pattern = z.union([
  z.strictObject({ String: z.string() }),
  z.strictObject({ Regex: z.string() }),
]);

/** In JavaScript's spelling, global. Throws one sentence. */
export function jsPattern(found: z.output<typeof pattern>): RegExp {
  try {
    const config = { type: 'Split', pattern: { ...found }, behavior: 'Isolated', invert: false } as const;
    return new SplitPreTokenizer(config).pattern ?? /(?!)/g;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`tokenizer.json: a pattern cannot be used, got ${shown(found)} (${reason}).`);
  }
}
