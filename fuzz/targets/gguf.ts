/** GGUF files: the bytes of a header, its metadata by name, and the tokenizers in metadata. */
import { blobSource } from '../../src/load/bytes';
import { openGguf } from '../../src/load/gguf';
import { Metadata } from '../../src/load/gguf/metadata';
import { type GgufValue, parseGguf } from '../../src/load/gguf/parse';
import { rebuiltTokenizer } from '../../src/load/gguf/testing/tokenizer';
import { writeGguf } from '../../src/load/gguf/testing/writeGguf';
import { tokenizerOf } from '../../src/load/gguf/tokenizer';
import { checkpointWeights } from '../../src/load/weights';
import { familyOf } from '../../src/model/families';
import { bytesOf, filesIn, jsonOf } from '../corpus';
import { mutateBytes } from '../mutate/bytes';
import { mutateObject } from '../mutate/json';
import { inUtf8, lostNames, NOTHING_LOST, target } from '../target';
import { use } from './tokenizers';

const WHERE = 'model.gguf';
const sourceOf = (bytes: Uint8Array | Blob) =>
  blobSource(WHERE, bytes instanceof Blob ? bytes : new Blob([Uint8Array.from(bytes)]));

/** Opens a file completely, and reads its first weight. */
async function open(bytes: Uint8Array | Blob): Promise<readonly string[]> {
  const model = await openGguf(sourceOf(bytes), WHERE);
  const { config, file } = model;
  const family = familyOf(config);
  const weights = checkpointWeights([file], family, family.parseConfig(config), WHERE);
  for (const { name } of weights.slots) await weights.get(name);
  const { tokenizerJson, tokenizerConfig } = await rebuiltTokenizer(model);
  await use(tokenizerJson, tokenizerConfig);
  return NOTHING_LOST;
}

export const ggufBytes = target<Uint8Array>({
  name: 'gguf-bytes',
  seeds: () => filesIn('reference/goldens/gguf', '.gguf').map(bytesOf),
  // The header is less than a tenth of the file; the rest are numbers, which may have any value.
  mutate: (bytes, random) => mutateBytes(bytes, random, random.chance(0.6) ? 6000 : bytes.length),
  run: open,
});

type Entries = Record<string, unknown>;

const plainEntries = (metadata: ReadonlyMap<string, GgufValue>): Entries =>
  Object.fromEntries(
    [...metadata].map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
  );

/** GGUF has no type for JSON's null and objects, so such entries are left out. */
function entriesOf(json: object): Map<string, GgufValue> {
  const isValue = (value: unknown): value is GgufValue =>
    Array.isArray(value)
      ? value.every((one) => isValue(one) && typeof one === typeof value[0])
      : value !== null && typeof value !== 'object';
  const entries = Object.entries(json).filter(([, value]) => isValue(value));
  return new Map(entries as [string, GgufValue][]);
}

async function metadataSeeds(): Promise<object[]> {
  const files = filesIn('reference/goldens/gguf', '.gguf');
  return Promise.all(
    files.map(async (path) => plainEntries((await parseGguf(sourceOf(bytesOf(path)), WHERE)).metadata)),
  );
}

/** Every name of the metadata must come back. */
export const ggufMetadata = target<object>({
  name: 'gguf-metadata',
  seeds: metadataSeeds,
  mutate: mutateObject,
  async run(json) {
    const entries = entriesOf(json);
    const { metadata } = await parseGguf(sourceOf(writeGguf(entries, [])), WHERE);
    const made = tokenizerOf(new Metadata(metadata, WHERE), WHERE);
    await use(made.tokenizerJson, made.tokenizerConfig);
    return lostNames(inUtf8(entries.keys()), metadata.keys());
  },
});

interface SentencePiece {
  readonly bos: number;
  readonly eos: number;
  readonly tokens: readonly string[];
  readonly scores: readonly number[];
  readonly types: readonly number[];
}

function sentencePiece(): object {
  const { tokens, scores, types, bos, eos } = jsonOf(
    'reference/tokenizer/sentencepiece.json',
  ) as SentencePiece;
  return {
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.scores': scores,
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.bos_token_id': bos,
    'tokenizer.ggml.eos_token_id': eos,
  };
}

export const ggufTokenizer = target<object>({
  name: 'gguf-tokenizer',
  seeds: () => [sentencePiece()],
  mutate: mutateObject,
  async run(json) {
    const { metadata } = await parseGguf(sourceOf(writeGguf(entriesOf(json), [])), WHERE);
    const made = tokenizerOf(new Metadata(metadata, WHERE), WHERE);
    return use(made.tokenizerJson, made.tokenizerConfig);
  },
});
