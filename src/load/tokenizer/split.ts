/**
 * The `pre_tokenizer` of tokenizer.json: splits a text into words and keeps the places of
 * characters. All kinds but two are one rule, a pattern and what happens to its matches; Metaspace
 * and ByteLevel may also put a space before the text. Source: pre-tokenizers of Hugging Face's
 * `tokenizers`.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import { leaves } from './leaves';
import { jsPattern, pattern } from './pattern';
import { checkRoom, type Placed, prepend, replaceMatches, slice } from './placed';

/** Splits one text into words; `isFirst`: it begins the prompt. */
export type Splitter = (placed: Placed, isFirst: boolean) => Placed[];

const behavior = z.enum(['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']);
type Behavior = z.output<typeof behavior>;

const schema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.enum(['BertPreTokenizer', 'Whitespace', 'WhitespaceSplit']) }),
  z.looseObject({ type: z.literal('Digits'), individual_digits: z.boolean().default(false) }),
  z.looseObject({ type: z.literal('Punctuation'), behavior: behavior.default('Isolated') }),
  z.looseObject({ type: z.literal('CharDelimiterSplit'), delimiter: z.string() }),
  z.looseObject({ type: z.literal('Split'), pattern, behavior, invert: z.boolean().default(false) }),
  z.looseObject({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.boolean().default(false),
    use_regex: z.boolean().default(true),
  }),
  z.looseObject({
    type: z.literal('Metaspace'),
    replacement: z.string().default('▁'),
    add_prefix_space: z.boolean().default(true),
    prepend_scheme: z.enum(['always', 'never', 'first']).optional(),
    split: z.boolean().default(true),
  }),
]);

type Config = z.output<typeof schema>;

const GPT2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/gu;
const SPACES = /\p{White_Space}/gu;

export interface PreTokenizer {
  readonly split: Splitter;
  /** Whether words go to the model in GPT-2's byte-level alphabet. */
  readonly byteLevel: boolean;
}

/** `pre_tokenizer` of tokenizer.json. Throws an Error for an unknown kind. */
export function loadPreTokenizer(json: unknown): PreTokenizer {
  const configs = leaves(json, 'pretokenizers').map((leaf) =>
    parseWith(schema, leaf, 'tokenizer.json: pre_tokenizer'),
  );
  const steps = configs.map(step);
  return {
    split: (placed, isFirst) =>
      steps.reduce((words, split) => inRoom(words, split, isFirst), placed.text === '' ? [] : [placed]),
    byteLevel: configs.some((config) => config.type === 'ByteLevel'),
  };
}

/** Applies a step to all words, which together stay within the prompt's room. */
function inRoom(words: readonly Placed[], split: Splitter, isFirst: boolean): Placed[] {
  let length = 0;
  return words.flatMap((word, i) => {
    const parts = split(word, isFirst && i === 0);
    length += parts.reduce((sum, part) => sum + part.text.length, 0);
    checkRoom(length, word);
    return parts;
  });
}

function step(config: Config): Splitter {
  switch (config.type) {
    case 'BertPreTokenizer':
      return (placed) =>
        splitAt(placed, SPACES, 'Removed').flatMap((word) => splitAt(word, PUNCTUATION, 'Isolated'));
    case 'Whitespace':
      return (placed) => splitAt(placed, jsPattern({ Regex: '\\w+|[^\\w\\s]+' }), 'Removed', true);
    case 'WhitespaceSplit':
      return (placed) => splitAt(placed, SPACES, 'Removed');
    case 'Digits': {
      const behavior = config.individual_digits ? 'Isolated' : 'Contiguous';
      return (placed) => splitAt(placed, /\p{N}/gu, behavior);
    }
    case 'Punctuation':
      return (placed) => splitAt(placed, PUNCTUATION, config.behavior);
    case 'CharDelimiterSplit': {
      const found = jsPattern({ String: config.delimiter });
      return (placed) => splitAt(placed, found, 'Removed');
    }
    case 'Split': {
      const found = jsPattern(config.pattern);
      return (placed) => splitAt(placed, found, config.behavior, config.invert);
    }
    case 'ByteLevel':
      return (placed) => {
        const text = config.add_prefix_space && !placed.text.startsWith(' ') ? prepend(placed, ' ') : placed;
        return config.use_regex ? splitAt(text, GPT2, 'Isolated') : [text];
      };
    case 'Metaspace':
      return metaspace(config);
  }
}

function metaspace(config: Extract<Config, { type: 'Metaspace' }>): Splitter {
  const { replacement } = config;
  const mark = jsPattern({ String: replacement });
  const when = scheme(config);
  return (placed, isFirst) => {
    const text = replaceMatches(placed, / /g, () => replacement);
    const adds = when === 'always' || (when === 'first' && isFirst);
    const whole = adds && !text.text.startsWith(replacement) ? prepend(text, replacement) : text;
    return config.split ? splitAt(whole, mark, 'MergedWithNext') : [whole];
  };
}

/** Files from before `prepend_scheme` have only `add_prefix_space`. */
function scheme(config: Extract<Config, { type: 'Metaspace' }>): 'always' | 'never' | 'first' {
  return config.prepend_scheme ?? (config.add_prefix_space ? 'always' : 'never');
}

/** Splits a text at the matches of `found` (with `invert`: at the gaps between them). */
function splitAt(placed: Placed, found: RegExp, behavior: Behavior, invert = false): Placed[] {
  const parts: { begin: number; end: number; isMatch: boolean }[] = [];
  let at = 0;
  const push = (end: number, isMatch: boolean) => {
    if (end > at) parts.push({ begin: at, end, isMatch: isMatch !== invert });
    at = end;
  };
  for (const match of placed.text.matchAll(found)) {
    if (match[0] === '') continue;
    push(match.index, false);
    push(match.index + match[0].length, true);
  }
  push(placed.text.length, false);
  return merge(parts, behavior).map(({ begin, end }) => slice(placed, begin, end));
}

type Part = { begin: number; end: number; isMatch: boolean };

function merge(parts: readonly Part[], behavior: Behavior): Part[] {
  if (behavior === 'Removed') return parts.filter((part) => !part.isMatch);
  const merged: Part[] = [];
  for (const [i, part] of parts.entries()) {
    const before = parts[i - 1];
    const joins =
      before !== undefined &&
      ((behavior === 'Contiguous' && before.isMatch === part.isMatch) ||
        (behavior === 'MergedWithPrevious' && part.isMatch && !before.isMatch) ||
        (behavior === 'MergedWithNext' && !part.isMatch && before.isMatch));
    if (joins) merged.push({ ...part, begin: merged.pop()!.begin });
    else merged.push(part);
  }
  return merged;
}
