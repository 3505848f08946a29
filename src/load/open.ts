/**
 * Opens a checkpoint: reads the small files and the headers of the large ones, and checks them against each other. No
 * weight is read: `weights.stream` does that, once it is known where they go.
 */
import { familyOf } from '../model/families';
import type { ModelSpec } from '../model/spec';
import { parseJson } from '../util/parse';
import { type ByteSource, refuseDamagedCopy } from './bytes';
import type { FileCache } from './cache';
import { type Fact, type ModelCard, parseCard, parseFacts } from './card';
import { chatTemplate } from './chatTemplate';
import { fetchFolder, fileFolder, hubFolder, type ModelFolder } from './folder';
import { openGguf } from './gguf';
import { withinRows } from './rows';
import { openPickled } from './pickle';
import { openTensorFile } from './safetensors';
import { shardNames } from './shards';
import type { ModelSource } from './source';
import type { TensorFile } from './stored';
import { defaultBos, loadTokenizer, type Tokenizer } from './tokenizer';
import { tokenizerFromVocabulary } from './tokenizer/vocabulary';
import { type CheckpointWeights, checkpointWeights } from './weights';

export interface OpenOptions {
  /** Read from here instead of where the source says (Node's disk folder, tests). */
  readonly folder?: ModelFolder;
  /** Address of the app, under which 'models/{id}/' lies; needed for a builtin model without `folder`. */
  readonly appUrl?: string;
  /** Where copies of hub files are kept; null or absent for none. */
  readonly cache?: FileCache | null;
  /** Told what is being read. */
  readonly onProgress?: (doing: string) => void;
  readonly signal?: AbortSignal;
}

export interface Checkpoint {
  readonly id: string;
  readonly title: string;
  /** Hub commit, or the revision as asked where the server does not tell; 'builtin' or 'local' for the others. */
  readonly revision: string;
  readonly spec: ModelSpec;
  readonly weights: CheckpointWeights;
  readonly tokenizer: Tokenizer;
  /** Default for "add BOS": the card's word, else the tokenizer's. */
  readonly bos: boolean;
  /** Jinja text; null for models without one. */
  readonly chatTemplate: string | null;
  /** loci.json, or null where the model has none. */
  readonly card: ModelCard | null;
  readonly facts: readonly Fact[];
  /** What was let through though it is not as it should be, a sentence each. */
  readonly notes: readonly string[];
}

const TOKENIZER = 'tokenizer.json';
/** Tokenizers in formats of their own. */
const SENTENCEPIECE = ['tokenizer.model', 'spiece.model', 'sentencepiece.bpe.model'];
const WEIGHTS = 'model.safetensors';
/** Both layouts of weights: the one that is looked for first, and pickles. */
const LAYOUTS = [
  { file: WEIGHTS, index: `${WEIGHTS}.index.json`, ending: 'safetensors', open: openTensorFile },
  { file: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json', ending: 'bin', open: openPickled },
] as const;

/** What the two layouts, Hugging Face's and GGUF, have to say beside the weights. */
interface SmallContents {
  readonly config: unknown;
  readonly tokenizer: unknown;
  /** undefined where there is none. */
  readonly tokenizerConfig: unknown;
  readonly template: string | undefined;
  readonly card: unknown;
}

interface Contents extends SmallContents {
  readonly files: readonly TensorFile[];
  /** What messages about tensors begin with. */
  readonly where: string;
  readonly notes: readonly string[];
}

/** What splits a text as a model reads it. */
export type Vocabulary = Pick<Checkpoint, 'title' | 'tokenizer' | 'bos'>;

/** Opens a model. Rejects with one sentence naming the file or tensor that is at fault, or with the signal's reason. */
export function openCheckpoint(source: ModelSource, options: OpenOptions = {}): Promise<Checkpoint> {
  return reading(source, options, (reader) => readModel(source, reader));
}

/** A model's tokenizer alone: its weights are neither opened nor fetched. Rejects as `openCheckpoint`. */
export function openVocabulary(source: ModelSource, options: OpenOptions = {}): Promise<Vocabulary> {
  return reading(source, options, async (reader) => {
    const { gguf: name } = reader.folder;
    const contents = name === undefined ? await smallFiles(reader) : await gguf(reader, name);
    const { nEmbeddings } = familyOf(contents.config).parseConfig(contents.config);
    const { card, tokenizer, bos } = vocabularyOf(contents, nEmbeddings);
    return { title: identity(source, card, reader.folder).title, tokenizer, bos };
  });
}

async function reading<T>(
  source: ModelSource,
  options: OpenOptions,
  read: (reader: Reader) => Promise<T>,
): Promise<T> {
  const folder = options.folder ?? folderOf(source, options);
  const reader = new Reader(folder, options);
  try {
    return await read(reader);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    for (const opened of reader.opened) await refuseDamagedCopy(opened, options.signal);
    throw error;
  }
}

async function readModel(source: ModelSource, reader: Reader): Promise<Checkpoint> {
  const { folder } = reader;
  const contents = folder.gguf === undefined ? await huggingFace(reader) : await gguf(reader, folder.gguf);
  const { config } = contents;
  const family = familyOf(config);
  const weights = checkpointWeights(contents.files, family, family.parseConfig(config), contents.where);
  const { spec } = weights;
  const { card, tokenizer, bos, notes } = vocabularyOf(contents, spec.nEmbeddings);
  const facts = card?.facts ? parseFacts(await reader.need(card.facts), card.facts) : [];
  return {
    ...identity(source, card, folder),
    spec,
    weights,
    tokenizer,
    bos,
    chatTemplate: chatTemplate(contents.tokenizerConfig, contents.template),
    card,
    facts,
    notes: [...contents.notes, ...weights.notes, ...notes],
  };
}

function vocabularyOf(contents: SmallContents, rows: number) {
  const card = contents.card === undefined ? null : parseCard(contents.card);
  const hints = { card: card?.bosToken, modelConfig: bosTokenId(contents.config) };
  const loaded = loadTokenizer(contents.tokenizer, contents.tokenizerConfig, hints);
  const { tokenizer, notes } = withinRows(loaded, rows);
  const hasSpecial = tokenizer.special.prefix.length + tokenizer.special.suffix.length > 0;
  const bos = card?.bos ?? (hasSpecial && defaultBos(contents.tokenizer, contents.tokenizerConfig));
  return { card, tokenizer, bos, notes };
}

/** Reads a folder's files and says which. */
class Reader {
  /** Large files that were opened so far. */
  readonly opened: ByteSource[] = [];

  constructor(
    readonly folder: ModelFolder,
    private readonly options: OpenOptions,
  ) {}

  /** Text of a small file; undefined if there is none. */
  async text(name: string): Promise<string | undefined> {
    this.announce(name);
    const blob = await this.folder.readFile(name, this.options.signal);
    return blob?.text();
  }

  /** A JSON file; undefined if there is none. */
  async json(name: string): Promise<unknown> {
    const text = await this.text(name);
    return text === undefined ? undefined : parseJson(text, name);
  }

  async need(name: string): Promise<unknown> {
    return (await this.json(name)) ?? this.missing(name);
  }

  async open(name: string): Promise<ByteSource | null> {
    this.announce(name);
    const source = await this.folder.openFile(name, this.options.signal);
    if (source) this.opened.push(source);
    return source;
  }

  missing(name: string): never {
    throw new Error(
      `${name}: is missing in ${this.folder.where}. Check the name, and that it is a model in Hugging Face layout.`,
    );
  }

  private announce(name: string): void {
    this.options.signal?.throwIfAborted();
    this.options.onProgress?.(`reading ${name}`);
  }
}

async function smallFiles(reader: Reader): Promise<SmallContents> {
  // config.json first: a model of another architecture is refused before anything else is fetched, and the hub's
  // answer pins the commit of all other files.
  const config = (await reader.json('config.json')) ?? (await otherLayout(reader));
  familyOf(config).parseConfig(config);
  const [{ tokenizer, tokenizerConfig }, template, card] = await Promise.all([
    tokenizerFiles(reader, config),
    reader.text('chat_template.jinja'),
    reader.json('loci.json'),
  ]);
  return { config, tokenizer, tokenizerConfig, template, card };
}

async function huggingFace(reader: Reader): Promise<Contents> {
  const small = await smallFiles(reader);
  return { ...small, ...(await weightFiles(reader)) };
}

/** tokenizer.json, or what the older files make of it. */
async function tokenizerFiles(
  reader: Reader,
  config: unknown,
): Promise<Pick<Contents, 'tokenizer' | 'tokenizerConfig'>> {
  const [tokenizer, tokenizerConfig] = await Promise.all([
    reader.json(TOKENIZER),
    reader.json('tokenizer_config.json'),
  ]);
  if (tokenizer !== undefined) return { tokenizer, tokenizerConfig };
  const [vocabJson, merges, vocabText, specialTokens, addedTokens] = await Promise.all([
    reader.json('vocab.json'),
    reader.text('merges.txt'),
    reader.text('vocab.txt'),
    reader.json('special_tokens_map.json'),
    reader.json('added_tokens.json'),
  ]);
  const { model_type: modelType } = config as { model_type: string };
  const files = { vocabJson, merges, vocabText, tokenizerConfig, specialTokens, addedTokens, modelType };
  const made = tokenizerFromVocabulary(files);
  if (made) return made;
  for (const name of SENTENCEPIECE) {
    if (await reader.open(name)) throw onlySentencePiece(name, reader.folder.where);
  }
  return reader.missing(TOKENIZER);
}

function onlySentencePiece(name: string, where: string): Error {
  return new Error(
    `${TOKENIZER}: is missing in ${where}, got ${name}, which Loci does not read. ` +
      "Make one: transformers' AutoTokenizer.from_pretrained(folder).save_pretrained(folder), with sentencepiece installed.",
  );
}

/** The weight files: one, or the shards of an index. */
async function weightFiles(reader: Reader): Promise<Pick<Contents, 'files' | 'where' | 'notes'>> {
  for (const { file, index, ending, open } of LAYOUTS) {
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
      `${WEIGHTS}: is missing in ${reader.folder.where}, got ${name}, which Loci does not read. Save the model again with transformers, as safetensors.`,
    );
  }
  return reader.missing(WEIGHTS);
}

/** Folders that are no model in Hugging Face's layout, by a file that tells them. */
const LAYOUTS_BY_FILE: readonly (readonly [file: string, sentence: string])[] = [
  [
    'adapter_config.json',
    'an adapter without its model. Merge it into its base model (peft: merge_and_unload), save that, and open it.',
  ],
  [
    'model_index.json',
    'a diffusers pipeline, which makes images. Open a language model; a text encoder of its own family lies in text_encoder.',
  ],
  [
    'modules.json',
    'a sentence-transformers folder whose model lies deeper. Open that folder (0_Transformer, say).',
  ],
  [
    'params.json',
    "a model in its authors' own layout. Convert it with transformers, or open its Hugging Face edition.",
  ],
];

/** Weights of other programs. */
const OTHER_WEIGHTS = ['tf_model.h5', 'flax_model.msgpack', 'model.onnx', 'adapter_model.safetensors'];

/** Says what a folder without config.json is, if it can be told. */
async function otherLayout(reader: Reader): Promise<never> {
  for (const [file, sentence] of LAYOUTS_BY_FILE) {
    if ((await reader.text(file)) !== undefined)
      throw new Error(`config.json: is missing in ${reader.folder.where}: this is ${sentence}`);
  }
  return reader.missing('config.json');
}

async function gguf(reader: Reader, name: string): Promise<Contents> {
  const source = (await reader.open(name)) ?? reader.missing(name);
  const { config, tokenizerJson, tokenizerConfig, file, notes } = await openGguf(source, name);
  return {
    config,
    tokenizer: tokenizerJson,
    tokenizerConfig,
    template: undefined,
    card: undefined,
    files: [file],
    where: name,
    notes,
  };
}

function folderOf(source: ModelSource, { appUrl, cache = null }: OpenOptions): ModelFolder {
  switch (source.kind) {
    case 'builtin':
      if (appUrl === undefined)
        throw new Error(`internal: builtin model '${source.id}' without the app's address`);
      return fetchFolder(new URL(`models/${encodeURIComponent(source.id)}/`, appUrl).href);
    case 'hub':
      return hubFolder(source.id, { ...source, cache });
    case 'files':
      return fileFolder(source.files);
  }
}

function identity(
  source: ModelSource,
  card: ModelCard | null,
  folder: ModelFolder,
): Pick<Checkpoint, 'id' | 'title' | 'revision'> {
  switch (source.kind) {
    case 'builtin':
      return { id: source.id, title: card?.title ?? source.id, revision: 'builtin' };
    case 'hub': {
      const id = source.file === undefined ? source.id : `${source.id}/${source.file}`;
      return { id, title: card?.title ?? id, revision: folder.revision?.() ?? source.revision ?? '' };
    }
    case 'files':
      return { id: card?.id ?? source.title, title: card?.title ?? source.title, revision: 'local' };
  }
}

/** config.json's own BOS, which published GPT-2 tokenizer files leave out. */
function bosTokenId(config: unknown): number | null {
  const id = (config as { bos_token_id?: unknown }).bos_token_id;
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 ? id : null;
}
