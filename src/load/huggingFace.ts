/**
 * Finds the config, tokenizer and weights in a folder with Hugging Face's layout, or says what the
 * folder is instead.
 */
import { familyOf } from '../model/families';
import type { Contents, SmallContents } from './contents';
import { openPickled } from './pickle';
import type { Reader } from './reader';
import { openTensorFile } from './safetensors';
import { shardNames } from './shards';
import type { TensorFile } from './stored';
import { named } from '../util/parse';
import { TOKENIZER_FILES, type TokenizerSource } from './tokenizer/files';

const TOKENIZER = 'tokenizer.json';
/** Tokenizers in other formats. */
const SENTENCEPIECE = ['tokenizer.model', 'spiece.model', 'sentencepiece.bpe.model'];
const WEIGHTS = 'model.safetensors';
/** Weight formats: the preferred one, then pickles. */
const WEIGHT_FORMATS = [
  { file: WEIGHTS, index: `${WEIGHTS}.index.json`, ending: 'safetensors', open: openTensorFile },
  { file: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json', ending: 'bin', open: openPickled },
] as const;

/** All but the weights. */
export async function smallFiles(reader: Reader): Promise<SmallContents> {
  // config.json first: an unsupported architecture is refused before anything else is fetched, and
  // the hub's answer pins the commit of all other files.
  const config = (await reader.json('config.json')) ?? (await otherLayout(reader));
  familyOf(config).parseConfig(config);
  const [tokenizer, card] = await Promise.all([tokenizerFiles(reader, config), reader.json('loci.json')]);
  return { config, tokenizer, card };
}

export async function huggingFace(reader: Reader): Promise<Contents> {
  const small = await smallFiles(reader);
  return { ...small, ...(await weightFiles(reader)) };
}

/** tokenizer.json, or the older files that replace it. */
async function tokenizerFiles(reader: Reader, config: unknown): Promise<TokenizerSource> {
  const read = async (names: readonly (typeof TOKENIZER_FILES)[number][]) =>
    Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await reader.blob(name)] as const)),
    );
  const { model_type: modelType } = config as { model_type: string };
  const newer = await read(TOKENIZER_FILES.slice(0, 3));
  if (newer[TOKENIZER]) return async () => ({ files: newer, modelType });
  const files = { ...newer, ...(await read(TOKENIZER_FILES.slice(3))) };
  if ((files['vocab.json'] && files['merges.txt']) || files['vocab.txt'])
    return async () => ({ files, modelType });
  for (const name of SENTENCEPIECE) {
    if (await reader.open(name)) throw onlySentencePiece(name, reader.folder.where);
  }
  return reader.missing(TOKENIZER);
}

function onlySentencePiece(name: string, where: string): Error {
  return new Error(
    `${TOKENIZER}: is missing in ${named(where)}, got ${name}, which Loci does not read. ` +
      "Make one: transformers' AutoTokenizer.from_pretrained(folder).save_pretrained(folder), with sentencepiece installed.",
  );
}

/** The weight file, or the shards of an index. */
async function weightFiles(reader: Reader): Promise<Pick<Contents, 'files' | 'where' | 'notes'>> {
  for (const { file, index, ending, open } of WEIGHT_FORMATS) {
    const one = await reader.open(file);
    const json = one ? undefined : await reader.json(index);
    if (!one && json === undefined) continue;
    const files: TensorFile[] = [];
    for (const name of one ? [] : shardNames(json, index, ending))
      files.push(await open((await reader.open(name)) ?? reader.missing(name), name));
    if (one) files.push(await open(one, file));
    const notes =
      ending === 'bin'
        ? [
            `Weights are read from ${one ? file : index}, since there are no safetensors; nothing in a pickle is run.`,
          ]
        : [];
    return { files, where: one ? file : index, notes };
  }
  for (const name of OTHER_WEIGHTS) {
    if (!(await reader.open(name))) continue;
    throw new Error(
      `${WEIGHTS}: is missing in ${named(reader.folder.where)}, got ${name}, which Loci does not read. Save the model again with transformers, as safetensors.`,
    );
  }
  return reader.missing(WEIGHTS);
}

/** Folders in other layouts, recognised by a file. */
const OTHER_LAYOUTS: readonly (readonly [file: string, sentence: string])[] = [
  [
    'adapter_config.json',
    'an adapter without its model. Merge it into its base model (peft: merge_and_unload), save that, and open it.',
  ],
  [
    'model_index.json',
    'a diffusers pipeline, which makes images. Open a language model; its text encoder is in text_encoder.',
  ],
  [
    'modules.json',
    'a sentence-transformers folder whose model is in a subfolder. Open that (0_Transformer, say).',
  ],
  [
    'params.json',
    "a model in its authors' own layout. Convert it with transformers, or open its Hugging Face edition.",
  ],
];

/** Weights of other programs. */
const OTHER_WEIGHTS = ['tf_model.h5', 'flax_model.msgpack', 'model.onnx', 'adapter_model.safetensors'];

/** Says what a folder without config.json is, if recognised. */
async function otherLayout(reader: Reader): Promise<never> {
  for (const [file, sentence] of OTHER_LAYOUTS) {
    if ((await reader.text(file)) !== undefined)
      throw new Error(`config.json: is missing in ${named(reader.folder.where)}: this is ${sentence}`);
  }
  return reader.missing('config.json');
}
