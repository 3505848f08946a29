/**
 * How text is split before merging, by `tokenizer.ggml.pre`. Names are llama.cpp's
 * (`src/llama-vocab.cpp`); patterns are those of the published tokenizer.json wherever llama.cpp
 * says that its own stand for them. Other names are refused, since a wrong split changes every
 * number.
 */
import { quoted } from '../../util/parse';

interface PreTokenizer {
  /** tokenizer.json's `pre_tokenizer`. */
  readonly pre: object;
  /** Whether the published tokenizers of this name compose characters (NFC). */
  readonly nfc?: boolean;
  /** Whether a word that is itself a token skips merging. */
  readonly ignoreMerges?: boolean;
  /** Whether to add BOS if the file does not say. */
  readonly addsBos?: boolean;
}

const split = (regex: string) => ({
  type: 'Split',
  pattern: { Regex: regex },
  behavior: 'Isolated',
  invert: false,
});
export const byteLevel = (usesRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: usesRegex,
});
/** Applies patterns in turn, each within the pieces of the previous ones. */
const patterns = (...regexes: string[]) => ({
  type: 'Sequence',
  pretokenizers: [...regexes.map(split), byteLevel(false)],
});
/** These first, then GPT-2's pattern. */
const beforeGpt2 = (...pretokenizers: object[]) => ({
  type: 'Sequence',
  pretokenizers: [...pretokenizers, byteLevel(true)],
});

const CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";
const SPACES = '\\s+(?!\\S)|\\s+';
const LINES = '\\s*[\\r\\n]+';
const WORD = '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+';
const OTHER = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*';
/** Llama 3's and Qwen 2's; `digits` is how many digits stay together. */
const modern = (digits: string) => `${CONTRACTION}|${WORD}|\\p{N}${digits}|${OTHER}|${LINES}|${SPACES}`;
/** A capital starts a word; `after` may follow it. */
const cased = (after: string, digits: string) => {
  const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
  const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
  const before = '[^\\r\\n\\p{L}\\p{N}]?';
  const words = `${before}${upper}*${lower}+${after}|${before}${upper}+${lower}*${after}`;
  return `${words}|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${LINES}|${SPACES}`;
};
const ASCII_PUNCTUATION = '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]';
const DEEPSEEK3 = `${ASCII_PUNCTUATION}[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${LINES}|${SPACES}`;
/** Chinese characters and Hangul. */
const CJK = '[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+';
/** Letters of scripts with capitals, as listed by DeepSeek. */
const CASED_LETTERS =
  'A-Za-z\\u00b5\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u01ba\\u01bc-\\u01bf\\u01c4-\\u0293\\u0295-\\u02af\\u0370-\\u0373\\u0376\\u0377\\u037b-\\u037d\\u037f\\u0386\\u0388-\\u038a\\u038c\\u038e-\\u03a1\\u03a3-\\u03f5\\u03f7-\\u0481\\u048a-\\u052f\\u0531-\\u0556\\u10a0-\\u10c5\\u13a0-\\u13f5\\u13f8-\\u13fd\\u1c90-\\u1cba\\u1cbd-\\u1cbf\\u1d00-\\u1d2b\\u1d6b-\\u1d77\\u1d79-\\u1d9a\\u1e00-\\u1f15\\u1f18-\\u1f1d\\u1f20-\\u1f45\\u1f48-\\u1f4d\\u1f50-\\u1f57\\u1f59\\u1f5b\\u1f5d\\u1f5f-\\u1f7d\\u1f80-\\u1fb4\\u1fb6-\\u1fbc\\u1fbe\\u1fc2-\\u1fc4\\u1fc6-\\u1fcc\\u1fd0-\\u1fd3\\u1fd6-\\u1fdb\\u1fe0-\\u1fec\\u1ff2-\\u1ff4\\u1ff6-\\u1ffc\\u2102\\u2107\\u210a-\\u2113\\u2115\\u2119-\\u211d\\u2124\\u2126\\u2128\\u212a-\\u212d\\u212f-\\u2134\\u2139\\u213c-\\u213f\\u2145-\\u2149\\u214e\\u2183\\u2184\\u2c00-\\u2c7b\\u2c7e-\\u2ce4\\u2ceb-\\u2cee\\u2cf2\\u2cf3\\ua640-\\ua66d\\ua680-\\ua69b\\ua722-\\ua76f\\ua771-\\ua787\\ua78b-\\ua78e\\uab70-\\uabbf\\ufb00-\\ufb06\\ufb13-\\ufb17\\uff21-\\uff3a\\uff41-\\uff5a\\u{10400}-\\u{1044f}\\u{104b0}-\\u{104d3}\\u{104d8}-\\u{104fb}\\u{10c80}-\\u{10cb2}\\u{10cc0}-\\u{10cf2}\\u{118a0}-\\u{118df}\\u{1e900}-\\u{1e943}';
const BLOOM = ' ?[^(\\s|.,!?…。，、।۔،)]+';
const DIGITS = { type: 'Digits', individual_digits: true };

const RULES: readonly (PreTokenizer & { readonly names: readonly string[] })[] = [
  {
    names: [
      ...['gpt-2', 'phi-2', 'jais', 'trillion', 'granite-docling', 'exaone4', 'mellum', 'modern-bert'],
      ...['jina-es', 'jina-de', 'jina-v2-es', 'jina-v2-de', 'gigachat', 'a.x-4.0'],
    ],
    pre: byteLevel(true),
  },
  { names: ['olmo', 'mpt'], pre: byteLevel(true), nfc: true },
  {
    names: ['smollm', 'starcoder', 'refact', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'],
    pre: beforeGpt2(DIGITS),
  },
  { names: ['command-r'], pre: beforeGpt2(DIGITS), nfc: true },
  {
    names: [
      ...['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
      'jina-v5-nano',
    ],
    pre: patterns(modern('{1,3}')),
    ignoreMerges: true,
    addsBos: true,
  },
  { names: ['dbrx', 'smaug-bpe', 'glm4', 'chatglm-bpe'], pre: patterns(modern('{1,3}')) },
  { names: ['qwen2'], pre: patterns(modern('')), nfc: true },
  {
    names: [
      ...['deepseek-r1-qwen', 'kormo', 'f2llmv2', 'megrez', 'stablelm2', 'hunyuan', 'solar-open'],
      'grok-2',
    ],
    pre: patterns(modern('')),
  },
  { names: ['ufakzeka'], pre: patterns(`${WORD}|\\p{N}|${OTHER}|${LINES}|${SPACES}`) },
  {
    names: ['seed-coder'],
    pre: patterns(`${CONTRACTION}|${WORD}|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${LINES}|${SPACES}`),
  },
  {
    names: ['bailingmoe', 'bailingmoe2', 'llada-moe'],
    pre: patterns(`'(?i:[sdmt]|ll|ve|re)|${WORD}|\\p{N}|${OTHER}|\\s*[\\r\\n]|${SPACES}`),
  },
  { names: ['minicpm5'], pre: patterns('\\p{N}{1,3}', modern('+')), ignoreMerges: true },
  { names: ['tekken'], pre: patterns(cased('', '')), ignoreMerges: true, addsBos: true },
  {
    names: ['gpt-4o', 'llama4', 'kanana2', 'talkie', 'minimax-m2'],
    pre: patterns(cased(`${CONTRACTION}?`, '{1,3}')),
  },
  {
    names: ['deepseek-llm'],
    pre: patterns(
      '[\\r\\n]',
      `\\s?[${CASED_LETTERS}]+`,
      '\\s?[!-/:-~\\uff01-\\uff0f\\uff1a-\\uff5e\\u2018-\\u201f\\u3000-\\u3002]+',
      '\\s+$',
      CJK,
      '\\p{N}+',
    ),
  },
  {
    names: ['deepseek-coder'],
    pre: patterns('[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', CJK, '\\p{N}'),
  },
  {
    names: ['deepseek-v3', 'hunyuan-dense', 'joyai-llm', 'hy_v4'],
    pre: patterns('\\p{N}{1,3}', '[\\u4e00-\\u9fa5\\u3040-\\u309f\\u30a0-\\u30ff]+', DEEPSEEK3),
  },
  { names: ['falcon'], pre: patterns('[\\p{P}$+<=>^~|`]+', GPT2, '[0-9][0-9][0-9]') },
  { names: ['bloom', 'poro-chat', 'gpt3-finnish'], pre: patterns(BLOOM) },
  { names: ['viking'], pre: patterns(BLOOM, '\\p{N}') },
  { names: ['default'], pre: patterns('[\\p{P}$+<=>^~|]+', GPT2, '\\p{N}+', '[0-9][0-9][0-9]') },
];

const BY_NAME: ReadonlyMap<string, PreTokenizer> = new Map(
  RULES.flatMap(({ names, ...rule }) => names.map((name) => [name, rule])),
);

/** `name`: `tokenizer.ggml.pre`; if undefined, 'default' as in llama.cpp. Throws an Error. */
export function preTokenizerOf(name: string | undefined, where: string): PreTokenizer {
  const found = BY_NAME.get(name ?? 'default');
  if (found) return found;
  const known = [...BY_NAME.keys()].join(', ');
  throw new Error(
    `${where}: tokenizer.ggml.pre: not supported, got ${quoted(name ?? 'nothing')}, expected one of: ${known}. Open the model's safetensors files instead.`,
  );
}
