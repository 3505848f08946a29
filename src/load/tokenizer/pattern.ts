/** Patterns of tokenizer.json: a text, or a regular expression in Oniguruma's syntax. */
import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { shown } from '../../util/parse';
import { reasonOf } from '../../util/reason';

/** Longest pattern in characters; published ones have at most about 2,000. */
const MAX_PATTERN = 2 ** 14;
const source = z.string().max(MAX_PATTERN);

export const pattern = z.union([z.strictObject({ String: source }), z.strictObject({ Regex: source })]);

/** The pattern in JavaScript's syntax, global. Throws an Error. */
export function jsPattern(found: z.output<typeof pattern>): RegExp {
  try {
    const config = { type: 'Split', pattern: { ...found }, behavior: 'Isolated', invert: false } as const;
    return new SplitPreTokenizer(config).pattern ?? /(?!)/g;
  } catch (error) {
    throw new Error(`tokenizer.json: a pattern cannot be used, got ${shown(found)} (${reasonOf(error)}).`);
  }
}
