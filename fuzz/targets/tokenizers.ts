/** Tokenizers in every form found in model folders; each accepted one also splits a few texts. */
import { loadTokenizer } from '../../src/load/tokenizer';
import { tokenizerFromVocabulary, type VocabularyFiles } from '../../src/load/tokenizer/vocabulary';
import { vocabularyFiles } from '../../src/load/testing/vocabularyFiles';
import { jsonOf } from '../corpus';
import { mutateJson, mutateObject } from '../mutate/json';
import { mutateText } from '../mutate/text';
import type { Random } from '../random';
import { lostNames, NOTHING_LOST, target } from '../target';

const PROMPTS = ['The capital of France is', ' a  b\n', 'é🙂ﷺ', '<|endoftext|>'];

/**
 * Splits texts with the tokenizer. Names in the vocabulary whose ids have no token count as lost.
 */
export async function use(tokenizerJson: unknown, config: unknown): Promise<readonly string[]> {
  const tokenizer = await loadTokenizer(tokenizerJson, config);
  for (const text of PROMPTS) {
    const tokens = await tokenizer.encode(text);
    tokenizer.decodeAll(tokens.map(({ id }) => id));
  }
  const { vocab } = (
    tokenizerJson as {
      model: { vocab: Record<string, number> | ReadonlyMap<string, number> | [string, number][] };
    }
  ).model;
  const ids = new Map(
    Array.isArray(vocab)
      ? vocab.map(([name], id) => [name, id] as const)
      : vocab instanceof Map
        ? vocab
        : Object.entries(vocab),
  );
  const kept = [...ids].filter(([, id]) => tokenizer.decode(id) !== `<unused ${id}>`);
  return lostNames(
    ids.keys(),
    kept.map(([name]) => name),
  );
}

interface Golden {
  readonly tokenizer: object;
}

const goldens = (): object[] => [
  (jsonOf('reference/tokenizer/golden.json') as Golden).tokenizer,
  ...Object.values((jsonOf('reference/tokenizer/families.json') as { families: Golden[] }).families).map(
    ({ tokenizer }) => tokenizer,
  ),
];

export const tokenizerJson = target<object>({
  name: 'tokenizer-json',
  seeds: goldens,
  mutate: (json, random) => steps(json, random),
  run: (json) => use(json, undefined),
});

/** Mutates the steps around the vocabulary, which is most of the file but matters less. */
function steps(json: object, random: Random): object {
  if (random.chance(0.4)) return mutateJson(json, random) as object;
  const { model, ...rest } = json as { model: { vocab: unknown; merges: unknown } };
  const { vocab, merges, ...settings } = model;
  const changed = mutateJson({ rest, settings }, random) as { rest?: object; settings?: object };
  return { ...changed?.rest, model: { ...changed?.settings, vocab, merges } };
}

const CONFIG = {
  bos_token: '<|endoftext|>',
  eos_token: { content: '<|endoftext|>', lstrip: false },
  add_bos_token: true,
  mask_token: null,
  cls_token: 'a',
  tokenizer_class: 'GPT2Tokenizer',
  model_max_length: 1024,
};

export const tokenizerConfig = target<object>({
  name: 'tokenizer-config',
  seeds: () => [CONFIG],
  mutate: mutateObject,
  async run(json) {
    await loadTokenizer((jsonOf('reference/tokenizer/golden.json') as Golden).tokenizer, json);
    return NOTHING_LOST;
  },
});

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, unknown>>;
}

/** Texts stay texts: files are read as UTF-8 whatever they contain. */
function mutateFiles(files: object, random: Random): object {
  const { merges, vocabText, modelType, ...json } = files as VocabularyFiles;
  const text = (value: string | undefined) =>
    value !== undefined && random.chance(0.4)
      ? mutateText(value, random, ['\n', ' ', '#version: 0.2\n'])
      : value;
  const changed = random.chance(0.7) ? (mutateJson(json, random) as object) : json;
  return { ...json, ...changed, merges: text(merges), vocabText: text(vocabText), modelType };
}

export const vocabulary = target<object>({
  name: 'vocabulary',
  seeds: () =>
    (jsonOf('reference/loading/vocabularies.json') as { cases: Case[] }).cases.map(({ name, files }) =>
      vocabularyFiles(files, name),
    ),
  mutate: mutateFiles,
  async run(files) {
    const made = tokenizerFromVocabulary(files as VocabularyFiles);
    return made ? use(made.tokenizer, made.tokenizerConfig) : NOTHING_LOST;
  },
});
