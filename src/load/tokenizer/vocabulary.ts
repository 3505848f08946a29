/**
 * Builds a tokenizer from the files that preceded tokenizer.json: `vocab.json` with `merges.txt`
 * (byte-level BPE: GPT-2, OPT, GPT-Neo, Phi, Qwen, RoBERTa) or `vocab.txt` (WordPiece: BERT). They
 * hold only words and merges; the other steps come from the class named by `tokenizer_class`, as in
 * transformers' GPT2Tokenizer, Qwen2Tokenizer, RobertaTokenizer and BertTokenizer.
 */
import { z } from 'zod';
import { parseWith, shown } from '../../util/parse';
import { addedFlags } from './added';
import { idsByName } from './names';

/** Texts and parsed JSON; undefined for a missing file. */
export interface VocabularyFiles {
  readonly vocabJson: unknown;
  readonly merges: string | undefined;
  readonly vocabText: string | undefined;
  readonly tokenizerConfig: unknown;
  readonly specialTokens: unknown;
  readonly addedTokens: unknown;
  /** `model_type` of config.json. */
  readonly modelType: string;
}

/** The equivalent tokenizer.json and tokenizer_config.json. */
export interface MadeTokenizer {
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
}

const MAX_TOKENS = 2 ** 22;

const added = z.looseObject({ content: z.string(), ...addedFlags });
const token = z.union([z.string(), added]);
const ROLES = [
  'bos_token',
  'eos_token',
  'unk_token',
  'pad_token',
  'cls_token',
  'sep_token',
  'mask_token',
] as const;
const role = token.nullish();
const settings = z.looseObject({
  tokenizer_class: z.string().nullish(),
  add_prefix_space: z.boolean().nullish(),
  do_lower_case: z.boolean().nullish(),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d{1,7}$/), added).nullish(),
  additional_special_tokens: z.array(token).nullish(),
  ...Object.fromEntries(ROLES.map((name) => [name, role])),
});
type Settings = z.output<typeof settings> & Partial<Record<(typeof ROLES)[number], z.output<typeof role>>>;

const GPT2_CLASSES = /^(GPT2|CodeGen|GPTNeoX)Tokenizer(Fast)?$/;
const QWEN_CLASSES = /^Qwen2Tokenizer(Fast)?$/;
const ROBERTA_CLASSES = /^RobertaTokenizer(Fast)?$/;
const BERT_CLASSES = /^(Distil)?BertTokenizer(Fast)?$/;
const QWEN_WORDS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Null if the files do not make a tokenizer. Throws an Error if they do but are malformed. */
export function tokenizerFromVocabulary(files: VocabularyFiles): MadeTokenizer | null {
  const { vocabJson, merges, vocabText } = files;
  const isBpe = vocabJson !== undefined && merges !== undefined;
  if (!isBpe && vocabText === undefined) return null;
  const map = parseWith(settings, files.specialTokens ?? {}, 'special_tokens_map.json');
  const config = parseWith(settings, files.tokenizerConfig ?? {}, 'tokenizer_config.json');
  const set: Settings = { ...map, ...config };
  const vocab = isBpe ? parseWith(idsByName, vocabJson, 'vocab.json') : wordsOf(vocabText!);
  const made = isBpe ? byteLevel(vocab, mergesOf(merges), set, files.modelType) : wordPiece(vocab, set);
  const tokenizer = {
    ...made.steps,
    added_tokens: addedTokens(vocab, { ...made.roles, ...named(set) }, set, files),
  };
  return { tokenizer, tokenizerConfig: { ...made.roles, ...named(map), ...(files.tokenizerConfig ?? {}) } };
}

const contentOf = (one: z.output<typeof token>): string => (typeof one === 'string' ? one : one.content);

/** The named tokens, by role. */
function named(set: Settings): Partial<Record<(typeof ROLES)[number], string>> {
  return Object.fromEntries(
    ROLES.flatMap((name) => (set[name] == null ? [] : [[name, contentOf(set[name])]])),
  );
}

interface Made {
  readonly steps: object;
  /** The class's own tokens, for roles that the files do not name. */
  readonly roles: Partial<Record<(typeof ROLES)[number], string>>;
}

function byteLevel(
  vocab: ReadonlyMap<string, number>,
  merges: string[],
  set: Settings,
  modelType: string,
): Made {
  const kind = set.tokenizer_class ?? usualClass(modelType);
  const isQwen = QWEN_CLASSES.test(kind);
  const isRoberta = ROBERTA_CLASSES.test(kind);
  if (!isQwen && !isRoberta && !GPT2_CLASSES.test(kind))
    throw otherClass(kind, 'vocab.json', 'GPT2Tokenizer, Qwen2Tokenizer or RobertaTokenizer');
  const level = { type: 'ByteLevel', add_prefix_space: set.add_prefix_space ?? false, use_regex: !isQwen };
  const words = { type: 'Split', pattern: { Regex: QWEN_WORDS }, behavior: 'Isolated', invert: false };
  const end = vocab.has('<|endoftext|>') ? '<|endoftext|>' : undefined;
  return {
    steps: {
      model: { type: 'BPE', vocab, merges },
      normalizer: isQwen ? { type: 'NFC' } : null,
      pre_tokenizer: isQwen ? { type: 'Sequence', pretokenizers: [words, level] } : level,
      post_processor: isRoberta
        ? around('RobertaProcessing', ROBERTA_ROLES, { vocab, set, file: 'vocab.json' })
        : null,
      decoder: { type: 'ByteLevel' },
    },
    roles: isRoberta
      ? ROBERTA_ROLES
      : end === undefined
        ? {}
        : { ...(isQwen ? {} : { bos_token: end }), eos_token: end, unk_token: end },
  };
}

/** The class of a folder that does not name one. */
function usualClass(modelType: string): string {
  if (/^qwen/.test(modelType)) return 'Qwen2Tokenizer';
  return modelType === 'roberta' ? 'RobertaTokenizer' : 'GPT2Tokenizer';
}

const ROBERTA_ROLES = {
  bos_token: '<s>',
  eos_token: '</s>',
  unk_token: '<unk>',
  cls_token: '<s>',
  sep_token: '</s>',
  pad_token: '<pad>',
  mask_token: '<mask>',
};

interface Vocabulary {
  readonly vocab: ReadonlyMap<string, number>;
  readonly set: Settings;
  /** File name for messages. */
  readonly file: string;
}

/**
 * The post-processor that puts an encoder's first and last token around a text. Throws if the
 * vocabulary lacks one.
 */
function around(
  type: string,
  own: { readonly cls_token: string; readonly sep_token: string },
  { vocab, set, file }: Vocabulary,
): object {
  const { cls_token, sep_token } = { ...own, ...named(set) };
  const idOf = (name: string) => {
    const found = vocab.get(name);
    if (found !== undefined) return found;
    throw new Error(
      `${file}: has no ${shown(name)}, expected one of its tokens. The file may be another model's.`,
    );
  };
  return { type, cls: [cls_token, idOf(cls_token)], sep: [sep_token, idOf(sep_token)] };
}

function wordPiece(vocab: ReadonlyMap<string, number>, set: Settings): Made {
  const kind = set.tokenizer_class ?? 'BertTokenizer';
  if (!BERT_CLASSES.test(kind)) throw otherClass(kind, 'vocab.txt', 'BertTokenizer');
  const own = {
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    mask_token: '[MASK]',
  };
  const { unk_token } = { ...own, ...named(set) };
  return {
    steps: {
      model: { type: 'WordPiece', vocab, unk_token, continuing_subword_prefix: '##' },
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: set.tokenize_chinese_chars ?? true,
        strip_accents: set.strip_accents ?? null,
        lowercase: set.do_lower_case ?? true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: around('BertProcessing', own, { vocab, set, file: 'vocab.txt' }),
      decoder: { type: 'WordPiece', prefix: '##' },
    },
    roles: own,
  };
}

function otherClass(kind: string, file: string, expected: string): Error {
  return new Error(
    `tokenizer_config.json: tokenizer_class: cannot be made of ${file}, got ${shown(kind)}, expected ${expected}. Save the tokenizer again with transformers, which writes tokenizer.json.`,
  );
}

/** Names that are one token anywhere; one without an id gets the next, as in transformers. */
function addedTokens(
  vocab: ReadonlyMap<string, number>,
  roles: Readonly<Record<string, string>>,
  set: Settings,
  { addedTokens: file }: VocabularyFiles,
): object[] {
  const extra = parseWith(idsByName, file ?? {}, 'added_tokens.json');
  const special = new Set([...Object.values(roles), ...(set.additional_special_tokens ?? []).map(contentOf)]);
  const given = [...ROLES.map((name) => set[name]), ...(set.additional_special_tokens ?? [])];
  /** How tokens given as objects treat the text around them. */
  const flagsOf = new Map(
    given.flatMap((one) => (one == null || typeof one === 'string' ? [] : [[one.content, one]])),
  );
  const found = new Map<string, object>();
  const idOf = new Map([...vocab, ...extra]);
  for (const [at, entry] of Object.entries(set.added_tokens_decoder ?? {})) {
    idOf.set(entry.content, Number(at));
    found.set(entry.content, { ...entry, id: Number(at) });
  }
  let next = [...idOf.values()].reduce((most, one) => Math.max(most, one), -1) + 1;
  for (const content of [...extra.keys(), ...special]) {
    if (found.has(content) || content === '') continue;
    const known = idOf.get(content);
    found.set(content, {
      ...flagsOf.get(content),
      id: known ?? next++,
      content,
      special: special.has(content),
    });
  }
  return [...found.values()];
}

/** Lines 'a b', after a version line. */
function mergesOf(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .filter((line, i) => line.trim() !== '' && !(i === 0 && line.startsWith('#version')));
  const bad = lines.find((line) => line.split(' ').length !== 2);
  if (bad !== undefined)
    throw new Error(`merges.txt: wrong line, got ${shown(bad)}, expected two tokens, as in 'Ġ t'.`);
  return lines;
}

/** One token per line; its line number is its id. */
function wordsOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MAX_TOKENS)
    throw new Error(`vocab.txt: too many lines, got ${lines.length}, expected at most ${MAX_TOKENS}.`);
  return new Map(lines.map((line, i) => [line, i]));
}
