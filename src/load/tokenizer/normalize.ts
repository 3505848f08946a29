/**
 * The `normalizer` of tokenizer.json, which changes a text before it is split; every character
 * keeps its place. Changes apply character by character, or for Unicode's forms group by group (a
 * base and its marks), which gives the same result as normalising the whole text. Source:
 * normalizers of Hugging Face's `tokenizers`.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import { loadCharsMap } from './charsmap';
import { leaves } from './leaves';
import { jsPattern, pattern } from './pattern';
import { type Placed, prepend, replaceMatches, replaceParts, slice, spacesBegin, spacesEnd } from './placed';

export type Normalizer = (placed: Placed) => Placed;

const schema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('BertNormalizer'),
    clean_text: z.boolean().default(true),
    handle_chinese_chars: z.boolean().default(true),
    strip_accents: z.boolean().nullish(),
    lowercase: z.boolean().default(true),
  }),
  z.looseObject({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD']) }),
  z.looseObject({ type: z.enum(['Lowercase', 'StripAccents']) }),
  z.looseObject({
    type: z.literal('Strip'),
    strip_left: z.boolean().default(true),
    strip_right: z.boolean().default(true),
  }),
  z.looseObject({ type: z.literal('Prepend'), prepend: z.string() }),
  z.looseObject({ type: z.literal('Replace'), pattern, content: z.string() }),
  z.looseObject({ type: z.literal('Precompiled'), precompiled_charsmap: z.string().nullish() }),
]);

type Config = z.output<typeof schema>;

/** `normalizer` of tokenizer.json -> function. Throws an Error for an unknown kind. */
export function loadNormalizer(json: unknown): Normalizer {
  const steps = leaves(json, 'normalizers').map((leaf) =>
    step(parseWith(schema, leaf, 'tokenizer.json: normalizer')),
  );
  return (placed) => steps.reduce((text, change) => change(text), placed);
}

function step(config: Config): Normalizer {
  switch (config.type) {
    case 'BertNormalizer':
      return bert(config);
    case 'Lowercase':
      return lowercase;
    case 'StripAccents':
      return (placed) => replaceMatches(placed, /\p{M}/gu, () => '');
    case 'Strip':
      return (placed) => strip(placed, config.strip_left, config.strip_right);
    case 'Prepend':
      return (placed) => prepend(placed, config.prepend);
    case 'Replace': {
      const found = jsPattern(config.pattern);
      return (placed) => replaceMatches(placed, found, () => config.content);
    }
    case 'Precompiled': {
      if (!config.precompiled_charsmap) return (placed) => placed;
      const { parts, change } = loadCharsMap(config.precompiled_charsmap);
      return (placed) => replaceParts(placed, parts(placed.text), (part) => change(part) ?? part);
    }
    default:
      return (placed) => replaceMatches(placed, GROUP, (group) => inForm(group, config.type));
  }
}

// A character and whatever may combine with it in Unicode's forms: marks, Hangul vowels and finals
// (conjoining, compatibility, halfwidth), halfwidth voice marks, Thai and Lao am, Kirat Rai vowels.
const GROUP =
  /[\s\S]?[\p{M}\u0e33\u0eb3\u1160-\u11ff\u3131-\u318e\uff9e\uff9f\uffa0-\uffdc\u{16d67}-\u{16d6a}]*/gu;
// Characters that decompose in Unicode 17 but not in `tokenizers` (all were compared).
const NEWER =
  /([\u32ff\ua7f1-\ua7f4\uab69\u{105c9}\u{105e4}\u{10781}-\u{10785}\u{10787}-\u{107b0}\u{107b2}-\u{107ba}\u{11383}\u{11385}\u{1138e}\u{11391}\u{113c5}\u{113c7}\u{113c8}\u{11938}\u{16121}-\u{16128}\u{16d68}-\u{16d6a}\u{1ccd6}-\u{1ccf9}\u{1e030}-\u{1e06d}\u{1f16c}\u{1fbf0}-\u{1fbf9}])/u;
const ALL_NEWER = new RegExp(NEWER, 'gu');
const CHARACTER = /[\s\S]/gu;
const CJK =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** Normalisation as in `tokenizers`, which neither decomposes nor composes newer characters. */
function inForm(text: string, form: Form): string {
  if (!NEWER.test(text)) {
    const formed = text.normalize(form);
    return NEWER.test(formed) ? formed.replace(ALL_NEWER, (newer) => newer.normalize('NFD')) : formed;
  }
  const parts = text.split(NEWER);
  return parts.map((part, i) => (i % 2 === 0 ? inForm(part, form) : part)).join('');
}

function lowercase(placed: Placed): Placed {
  // Character by character: JavaScript has a rule for word-final sigma that `tokenizers` lacks.
  return replaceMatches(placed, CHARACTER, (character) => character.toLowerCase());
}

function bert(config: Extract<Config, { type: 'BertNormalizer' }>): Normalizer {
  const steps: Normalizer[] = [];
  if (config.clean_text) {
    steps.push((placed) =>
      replaceMatches(placed, /\p{White_Space}|[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu, (found) =>
        /[^\t\n\r\P{Cc}]|[\p{Cf}\p{Co}\ufffd]/u.test(found) ? '' : ' ',
      ),
    );
  }
  if (config.handle_chinese_chars)
    steps.push((placed) => replaceMatches(placed, CJK, (found) => ` ${found} `));
  if (config.strip_accents ?? config.lowercase) {
    steps.push((placed) =>
      replaceMatches(placed, GROUP, (group) => inForm(group, 'NFD').replace(/\p{Mn}/gu, '')),
    );
  }
  if (config.lowercase) steps.push(lowercase);
  return (placed) => steps.reduce((text, change) => change(text), placed);
}

function strip(placed: Placed, left: boolean, right: boolean): Placed {
  const { text } = placed;
  const begin = left ? spacesEnd(text, 0) : 0;
  return slice(placed, begin, right ? spacesBegin(text, text.length, begin) : text.length);
}
