/**
 * Opens a checkpoint: reads the small files and the headers of the large ones, and checks them
 * against each other. No weight is read; `weights.stream` does that once their destination is
 * known.
 */
import { familyOf } from '../model/families';
import type { ModelSpec } from '../model/spec';
import { refuseDamagedCopy } from './bytes';
import { type Fact, type ModelCard, parseCard, parseFacts } from './card';
import type { Contents, SmallContents } from './contents';
import type { ModelFolder } from './folder';
import { type FolderOptions, folderOf } from './folderOf';
import { openGguf } from './gguf';
import { huggingFace, smallFiles } from './huggingFace';
import { type Identity, identity } from './identity';
import { Reader, type ReaderOptions } from './reader';
import { withinRows } from './rows';
import type { ModelSource } from './source';
import { connectTokenizer, type StartThread, type Tokenizer } from './tokenizer/connection';
import { type CheckpointWeights, checkpointWeights } from './weights';

export interface OpenOptions extends ReaderOptions, FolderOptions {
  /** Starts the tokenizer's thread. */
  readonly startThread: StartThread;
  /** Overrides the source's location (Node's disk folder, tests). */
  readonly folder?: ModelFolder;
}

export interface Checkpoint extends Identity {
  readonly spec: ModelSpec;
  readonly weights: CheckpointWeights;
  readonly tokenizer: Tokenizer;
  /** Default for "add BOS": the card's, else the tokenizer's. */
  readonly bos: boolean;
  readonly hasChatTemplate: boolean;
  /** loci.json, or null if the model has none. */
  readonly card: ModelCard | null;
  readonly facts: readonly Fact[];
  /** Accepted deviations, a sentence each. */
  readonly notes: readonly string[];
}

/** What is needed to tokenise a text for a model. */
export type Vocabulary = Pick<Checkpoint, 'title' | 'tokenizer' | 'bos'>;

/**
 * Opens a model; the caller must close its tokenizer. Rejects with an Error naming the faulty file
 * or tensor, or with the signal's reason.
 */
export function openCheckpoint(source: ModelSource, options: OpenOptions): Promise<Checkpoint> {
  return reading(source, options, (reader) => readModel(source, reader, options));
}

/**
 * Opens a model's tokenizer only; its weights are neither opened nor fetched. Rejects as
 * `openCheckpoint` does.
 */
export function openVocabulary(source: ModelSource, options: OpenOptions): Promise<Vocabulary> {
  return reading(source, options, async (reader) => {
    const { gguf: name } = reader.folder;
    const contents = name === undefined ? await smallFiles(reader) : await gguf(reader, name);
    const spec = familyOf(contents.config).parseConfig(contents.config);
    const card = cardOf(contents);
    const { tokenizer, bos } = await vocabularyOf(contents, card, spec, options);
    const { title } = identity(source, reader.folder, { card, config: contents.config, spec });
    return { title, tokenizer, bos };
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

async function readModel(source: ModelSource, reader: Reader, options: OpenOptions): Promise<Checkpoint> {
  const { folder } = reader;
  const contents = folder.gguf === undefined ? await huggingFace(reader) : await gguf(reader, folder.gguf);
  const { config } = contents;
  const family = familyOf(config);
  const weights = checkpointWeights(contents.files, family, family.parseConfig(config), contents.where);
  const { spec } = weights;
  const card = cardOf(contents);
  const facts = card?.facts ? parseFacts(await reader.need(card.facts), card.facts) : [];
  // Last, because it starts a thread that must be ended.
  const { notes, ...vocabulary } = await vocabularyOf(contents, card, spec, options);
  return {
    ...identity(source, folder, { card, config, spec }),
    spec,
    weights,
    ...vocabulary,
    card,
    facts,
    notes: [...contents.notes, ...weights.notes, ...notes],
  };
}

const cardOf = ({ card }: SmallContents): ModelCard | null => (card === undefined ? null : parseCard(card));

async function vocabularyOf(
  contents: SmallContents,
  card: ModelCard | null,
  spec: ModelSpec,
  { startThread, signal, onProgress }: OpenOptions,
) {
  onProgress?.('loading the tokenizer');
  const hints = { card: card?.bosToken, modelConfig: bosTokenId(contents.config) };
  const found = await connectTokenizer(contents.tokenizer, { startThread, hints, signal });
  const { tokenizer, notes } = withinRows(found.tokenizer, spec);
  const hasSpecial = tokenizer.special.prefix.length + tokenizer.special.suffix.length > 0;
  const bos = card?.bos ?? (hasSpecial && found.bos);
  return { tokenizer, bos, hasChatTemplate: found.hasChatTemplate, notes: [...found.notes, ...notes] };
}

async function gguf(reader: Reader, name: string): Promise<Contents> {
  const source = (await reader.open(name)) ?? reader.missing(name);
  const { file, ...model } = await openGguf(source, source.name);
  return { ...model, card: undefined, files: [file], where: source.name };
}

/** BOS of config.json, for published GPT-2 tokenizer files, which leave it out. */
function bosTokenId(config: unknown): number | null {
  const id = (config as { bos_token_id?: unknown }).bos_token_id;
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 ? id : null;
}
