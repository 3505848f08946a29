/**
 * Matches tensors of a checkpoint to weights. Deviations that cannot change a number are accepted
 * with a note: a wrapper's prefix on every name, an embedding stored under the name of its tied
 * unembedding, two matrices where the config promises one, tensors of other heads. A tensor that
 * might belong to the arithmetic is refused by name.
 */
import type { Family } from '../model/families';
import { insideModel, slotsOf, unembeddingNames } from '../model/families/slots';
import type { ModelSpec } from '../model/spec';
import { listed, quoted, shown } from '../util/parse';
import type { StoredTensor, TensorFile } from './stored';

export interface Located {
  readonly file: TensorFile;
  readonly tensor: StoredTensor;
}

export interface NamedTensors {
  /** By the family's names. */
  readonly located: ReadonlyMap<string, Located>;
  /** With `tied` as in the files. */
  readonly spec: ModelSpec;
  readonly notes: readonly string[];
}

/** Throws an Error if a name occurs twice. */
export function nameTensors(files: readonly TensorFile[], family: Family, asked: ModelSpec): NamedTensors {
  const all = locate(files);
  const wrapper = wrapperOf([...all.keys()], family, asked);
  const located = new Map([...all].map(([name, at]) => [withoutWrapper(name, wrapper), at]));
  const { spec, note } = tiedAsStored(located, family, asked);
  const notes = wrapper === '' ? [] : [`Tensor names begin with ${shown(wrapper)}, which is ignored.`];
  return { located, spec, notes: note === null ? notes : [...notes, note] };
}

function locate(files: readonly TensorFile[]): Map<string, Located> {
  const located = new Map<string, Located>();
  for (const file of files) {
    for (const tensor of file.tensors) {
      const other = located.get(tensor.name)?.file.source.name;
      if (other !== undefined) {
        throw new Error(
          `${file.source.name}: tensor ${quoted(tensor.name)} occurs twice, got another in ${other}, expected one. Download the model again.`,
        );
      }
      located.set(tensor.name, { file, tensor });
    }
  }
  return located;
}

/**
 * The prefix of a program that wraps models (DDP's 'module.', peft's 'base_model.model.'), or ''.
 */
function wrapperOf(names: readonly string[], family: Family, spec: ModelSpec): string {
  const attention = slotsOf(spec, family.modules).find(({ name }) => name === 'blocks.0.attn.W_QKV');
  const sources = attention?.parts[0]?.sources ?? [];
  if (names.some((name) => sources.includes(name))) return '';
  const longestFirst = [...sources].sort((a, b) => b.length - a.length);
  const found = names.flatMap((name) => {
    const source = longestFirst.find((one) => name.endsWith(`.${one}`));
    return source === undefined ? [] : [name.slice(0, -source.length)];
  });
  return found.length === 1 ? found[0]! : '';
}

const withoutWrapper = (name: string, wrapper: string): string =>
  name.startsWith(wrapper) ? name.slice(wrapper.length) : name;

/**
 * With a tied config, two different matrices are both used, as in transformers; two names of the
 * same bytes are one matrix.
 */
function tiedAsStored(
  located: ReadonlyMap<string, Located>,
  family: Family,
  spec: ModelSpec,
): { readonly spec: ModelSpec; readonly note: string | null } {
  if (!spec.tied) return { spec, note: null };
  const names = unembeddingNames(spec, family.modules);
  const head = names.find((name) => located.has(name));
  const table = slotsOf(spec, family.modules).find(({ name }) => name === 'embed.W_E');
  const embedding = table?.parts[0]?.sources.find((name) => located.has(name) && !names.includes(name));
  if (head === undefined || embedding === undefined) return { spec, note: null };
  if (isSame(located.get(head)!, located.get(embedding)!)) return { spec, note: null };
  return {
    spec: { ...spec, tied: false },
    note: `config.json says that the unembedding is the embedding table, but the file holds both ${quoted(head)} and ${quoted(embedding)}: both are used.`,
  };
}

const isSame = (a: Located, b: Located): boolean =>
  a.file === b.file && a.tensor.begin === b.tensor.begin && a.tensor.end === b.tensor.end;

/** Buffers that transformers recomputes from the config. */
const BUFFER = /(^|\.)(position_ids|masked_bias|rotary_emb\.(inv_freq|cos_cached|sin_cached))$/;

/**
 * Notes about tensors that no slot reads. Throws an Error for one inside the model, where it would
 * change what a block computes.
 */
export function notesOnUnread(
  { located, spec }: NamedTensors,
  isRead: (tensor: StoredTensor) => boolean,
  family: Family,
  where: string,
): string[] {
  const readRanges = new Set([...located.values()].filter(({ tensor }) => isRead(tensor)).map(rangeOf));
  const unread = [...located].filter(([, at]) => !isRead(at.tensor) && !readRanges.has(rangeOf(at)));
  const names = unread.map(([name]) => name).filter((name) => !isShadowedBias(name, spec, family));
  const adapter = names.find((name) => /\.(lora_[AB]|lora_embedding_[AB]|base_layer)\b/.test(name));
  if (adapter !== undefined) {
    throw new Error(
      `${where}: holds an adapter besides the weights, got ${shown(adapter)}, expected a merged model. Merge it (peft: merge_and_unload) and save again.`,
    );
  }
  const isInside = insideModel(spec, family.modules);
  const strange = names.find((name) => !family.ignored.test(name) && !BUFFER.test(name) && isInside(name));
  if (strange !== undefined) {
    throw new Error(
      `${where}: unknown tensor, got ${shown(strange)}, expected only those of the architecture. ` +
        'The model may be a variant that would be computed wrongly.',
    );
  }
  return names.length === 0 ? [] : [`Not read, since the model does not use them: ${kindsOf(names)}.`];
}

const rangeOf = ({ file, tensor }: Located): string => `${file.source.name} ${tensor.begin} ${tensor.end}`;

/** An unembedding bias stored under two names: the first is read. */
const isShadowedBias = (name: string, spec: ModelSpec, { modules }: Family): boolean =>
  spec.bias.unembed && unembeddingNames(spec, modules, 'bias').slice(1).includes(name);

/** Names with block numbers merged, at most six. */
function kindsOf(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    const kind = name.replace(/\.\d+\./g, '.*.');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].map(([kind, count]) => (count > 1 ? `${kind} (${count})` : kind));
  return listed(kinds);
}
