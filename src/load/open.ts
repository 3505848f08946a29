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
import { openTensorFile } from './safetensors';
import { shardNames } from './shards';
import type { ModelSource } from './source';
import type { TensorFile } from './stored';
import { defaultBos, loadTokenizer, type Tokenizer } from './tokenizer';
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

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const PICKLED = ['pytorch_model.bin', 'pytorch_model.bin.index.json'];

/** What the two layouts, Hugging Face's and GGUF, have to say. */
interface Contents {
  readonly config: unknown;
  readonly tokenizer: unknown;
  /** undefined where there is none. */
  readonly tokenizerConfig: unknown;
  readonly template: string | undefined;
  readonly card: unknown;
  readonly files: readonly TensorFile[];
  /** What messages about tensors begin with. */
  readonly where: string;
  readonly notes: readonly string[];
}

/** Opens a model. Rejects with one sentence naming the file or tensor that is at fault, or with the signal's reason. */
export async function openCheckpoint(source: ModelSource, options: OpenOptions = {}): Promise<Checkpoint> {
  const folder = options.folder ?? folderOf(source, options);
  const reader = new Reader(folder, options);
  try {
    return await readModel(source, reader);
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
  const card = contents.card === undefined ? null : parseCard(contents.card);
  const hints = { card: card?.bosToken, modelConfig: bosTokenId(config) };
  const loaded = loadTokenizer(contents.tokenizer, contents.tokenizerConfig, hints);
  const { tokenizer, notes } = withinRows(loaded, spec.nEmbeddings);
  const hasSpecial = tokenizer.special.prefix.length + tokenizer.special.suffix.length > 0;
  const facts = card?.facts ? parseFacts(await reader.need(card.facts), card.facts) : [];
  return {
    ...identity(source, card, folder),
    spec,
    weights,
    tokenizer,
    bos: card?.bos ?? (hasSpecial && defaultBos(contents.tokenizer, contents.tokenizerConfig)),
    chatTemplate: chatTemplate(contents.tokenizerConfig, contents.template),
    card,
    facts,
    notes: [...contents.notes, ...weights.notes, ...notes],
  };
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

async function huggingFace(reader: Reader): Promise<Contents> {
  // config.json first: a model of another architecture is refused before anything else is fetched, and the hub's
  // answer pins the commit of all other files.
  const config = await reader.need('config.json');
  familyOf(config).parseConfig(config);
  const [tokenizer, tokenizerConfig, template, card] = await Promise.all([
    reader.need('tokenizer.json'),
    reader.json('tokenizer_config.json'),
    reader.text('chat_template.jinja'),
    reader.json('loci.json'),
  ]);
  const names = await weightFiles(reader);
  const files: TensorFile[] = [];
  for (const name of names) {
    files.push(await openTensorFile((await reader.open(name)) ?? reader.missing(name), name));
  }
  const where = names.length === 1 ? names[0]! : INDEX;
  return { config, tokenizer, tokenizerConfig, template, card, files, where, notes: [] };
}

/** Names of the weight files: one, or the shards of the index. */
async function weightFiles(reader: Reader): Promise<string[]> {
  if (await reader.open(WEIGHTS)) return [WEIGHTS];
  const index = await reader.json(INDEX);
  if (index !== undefined) return shardNames(index, INDEX);
  for (const name of PICKLED) {
    if (!(await reader.open(name))) continue;
    throw new Error(
      `${WEIGHTS}: is missing in ${reader.folder.where}, got ${name}: there are only pickled PyTorch weights, which Loci does not read.`,
    );
  }
  return reader.missing(WEIGHTS);
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
