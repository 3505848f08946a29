/** Opens a checkpoint: reads the files of a model folder, checks them against each other, hashes the weights. */
import { familyOf } from '../model/families';
import type { ModelSpec } from '../model/spec';
import { parseJson } from '../util/parse';
import { sha256 } from '../util/sha256';
import { type Fact, type ModelCard, parseCard, parseFacts } from './card';
import { DEFAULT_REVISION, fetchFolder, fileFolder, hubFolder, type ModelFolder } from './folder';
import { openSafetensors } from './safetensors';
import type { ModelSource } from './source';
import { loadTokenizer, type Tokenizer } from './tokenizer';
import { type CheckpointWeights, checkpointWeights } from './weights';

export interface LoadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | null;
  readonly doing: string;
}

export interface OpenOptions {
  /** Read from here instead of where the source says (Node's disk folder, tests). */
  readonly folder?: ModelFolder;
  /** Address of the app, under which 'models/{id}/' lies; needed for a builtin model without `folder`. */
  readonly appUrl?: string;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
}

export interface Checkpoint {
  readonly id: string;
  readonly title: string;
  /** Hub revision; 'builtin' or 'local' for the others. */
  readonly revision: string;
  /** Hash of the weight file, 64 hex digits. */
  readonly sha256: string;
  /** Size of the weight file. */
  readonly bytes: number;
  readonly spec: ModelSpec;
  readonly weights: CheckpointWeights;
  readonly tokenizer: Tokenizer;
  /** Default for "add BOS": the card's word, else false. */
  readonly bos: boolean;
  /** loci.json, or null where the model has none. */
  readonly card: ModelCard | null;
  readonly facts: readonly Fact[];
}

const WEIGHTS = 'model.safetensors';
const OTHER_WEIGHTS: Readonly<Record<string, string>> = {
  'model.safetensors.index.json': 'the weights are split over several files, which Loci cannot read yet',
  'pytorch_model.bin': 'there are only pickled PyTorch weights, which Loci does not read',
};

/** Opens a model. Rejects with one sentence naming the file or tensor that is at fault, or with the signal's reason. */
export async function openCheckpoint(source: ModelSource, options: OpenOptions = {}): Promise<Checkpoint> {
  const folder = options.folder ?? folderOf(source, options.appUrl);
  const { onProgress, signal } = options;
  const read = (name: string): Promise<Blob | null> => {
    signal?.throwIfAborted();
    const report = (loadedBytes: number, totalBytes: number | null) =>
      onProgress?.({ loadedBytes, totalBytes, doing: `reading ${name}` });
    return folder.readFile(name, { onProgress: report, signal });
  };
  const readJson = async (name: string): Promise<unknown> => {
    const blob = await read(name);
    return blob === null ? undefined : parseJson(await blob.text(), name);
  };
  const need = async (name: string): Promise<unknown> => (await readJson(name)) ?? missing(name, folder);

  // The small files first, so that a model of another architecture is refused before its weights are fetched.
  const [config, tokenizerJson, tokenizerConfig, cardJson] = await Promise.all([
    need('config.json'),
    need('tokenizer.json'),
    readJson('tokenizer_config.json'),
    readJson('loci.json'),
  ]);
  const family = familyOf(config);
  const spec = family.parseConfig(config);
  const card = cardJson === undefined ? null : parseCard(cardJson);
  const hints = { card: card?.bosToken, modelConfig: bosTokenId(config) };
  const tokenizer = loadTokenizer(tokenizerJson, tokenizerConfig, hints);
  checkVocabulary(tokenizer, spec);
  const facts = card?.facts ? parseFacts(await need(card.facts), card.facts) : [];

  const file = (await read(WEIGHTS)) ?? (await refuseOtherWeights(read, folder));
  onProgress?.({ loadedBytes: file.size, totalBytes: file.size, doing: 'checking the weights' });
  const weights = await checkpointWeights(await openSafetensors(file, WEIGHTS), family, spec, WEIGHTS);
  const hash = await sha256(file);
  signal?.throwIfAborted();
  return {
    ...identity(source, card),
    sha256: hash,
    bytes: file.size,
    spec,
    weights,
    tokenizer,
    bos: card?.bos ?? false,
    card,
    facts,
  };
}

function folderOf(source: ModelSource, appUrl: string | undefined): ModelFolder {
  switch (source.kind) {
    case 'builtin':
      if (appUrl === undefined)
        throw new Error(`internal: builtin model '${source.id}' without the app's address`);
      return fetchFolder(new URL(`models/${encodeURIComponent(source.id)}/`, appUrl).href);
    case 'hub':
      return hubFolder(source.id, source.revision, source.base);
    case 'files':
      return fileFolder(source.files);
  }
}

function identity(
  source: ModelSource,
  card: ModelCard | null,
): Pick<Checkpoint, 'id' | 'title' | 'revision'> {
  switch (source.kind) {
    case 'builtin':
      return { id: source.id, title: card?.title ?? source.id, revision: 'builtin' };
    case 'hub':
      return {
        id: source.id,
        title: card?.title ?? source.id,
        revision: source.revision ?? DEFAULT_REVISION,
      };
    case 'files':
      return { id: card?.id ?? source.title, title: card?.title ?? source.title, revision: 'local' };
  }
}

/** config.json's own BOS, which published GPT-2 tokenizer files leave out. */
function bosTokenId(config: unknown): number | null {
  const id = (config as { bos_token_id?: unknown }).bos_token_id;
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 ? id : null;
}

function checkVocabulary(tokenizer: Tokenizer, spec: ModelSpec): void {
  const most = tokenizer.vocabSize - 1;
  if (most < spec.dVocab) return;
  throw new Error(
    `tokenizer.json: has tokens that the model lacks, got id ${most}, expected ids below ${spec.dVocab}.`,
  );
}

function missing(name: string, folder: ModelFolder): never {
  throw new Error(
    `${name}: is missing in ${folder.where}. Check that this is a model's folder in Hugging Face layout.`,
  );
}

async function refuseOtherWeights(
  read: (name: string) => Promise<Blob | null>,
  folder: ModelFolder,
): Promise<never> {
  for (const [name, problem] of Object.entries(OTHER_WEIGHTS)) {
    if (await read(name))
      throw new Error(`${WEIGHTS}: is missing in ${folder.where}, got ${name}: ${problem}.`);
  }
  return missing(WEIGHTS, folder);
}
