/**
 * The calls that a pickle of tensors may make, and the resulting tensors: views of storages, each
 * checked against its storage's bounds. Source: torch._utils and torch.serialization, which write
 * them.
 */
import type { StoredTensor } from '../stored';
import { elements } from '../../util/elements';
import { Dict, Global, List, type PickleRules, Tuple } from './pickle';
import { quoted } from '../../util/parse';

/** torch's storage names -> element type and bytes. */
const STORAGES: Readonly<Record<string, { readonly dtype: string; readonly bytes: number }>> = {
  FloatStorage: { dtype: 'F32', bytes: 4 },
  DoubleStorage: { dtype: 'F64', bytes: 8 },
  HalfStorage: { dtype: 'F16', bytes: 2 },
  BFloat16Storage: { dtype: 'BF16', bytes: 2 },
  LongStorage: { dtype: 'I64', bytes: 8 },
  IntStorage: { dtype: 'I32', bytes: 4 },
  ShortStorage: { dtype: 'I16', bytes: 2 },
  CharStorage: { dtype: 'I8', bytes: 1 },
  ByteStorage: { dtype: 'U8', bytes: 1 },
  BoolStorage: { dtype: 'BOOL', bytes: 1 },
  ComplexFloatStorage: { dtype: 'C64', bytes: 8 },
  ComplexDoubleStorage: { dtype: 'C128', bytes: 16 },
};

/** A storage without its bytes. */
export class Storage {
  constructor(
    readonly key: string,
    readonly dtype: string,
    /** Number of elements, and bytes per element. */
    readonly count: number,
    readonly bytes: number,
  ) {}
}

/** A tensor: selected elements of a storage. */
class View {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** Most dimensions, far above any weight's. */
const MAX_DIMENSIONS = 8;
/** A small storage may be repeated (stride 0) up to this many elements. */
const MAX_REPEATED = 2 ** 24;
/** Bytes spanned by a tensor that is not row-major; they are all on the host at once. */
const MAX_SPAN = 2 ** 30;

const storageName = /^torch\.(?:cuda\.)?(\w+Storage)$/;

/** Every callable that a pickle of tensors may name, besides storages. */
const CALLS: Readonly<Record<string, (args: readonly unknown[], where: string) => unknown>> = {
  'collections.OrderedDict': ordered,
  'torch.Size': ([size]) => size,
  'torch._utils._rebuild_tensor': view,
  'torch._utils._rebuild_tensor_v2': view,
  'torch._utils._rebuild_parameter': ([data]) => data,
};

/** `storages` collects the storages that the pickle refers to. */
export function tensorRules(where: string, storages: Map<string, Storage>): PickleRules {
  return {
    where,
    allowed: (name) => Object.hasOwn(CALLS, name) || storageOf(name) !== undefined,
    call(name, args) {
      const call = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
      if (!call) throw new Error(`${where}: calls ${name}, which is a type. None of it was run.`);
      return call(args, where);
    },
    persistent(id) {
      const storage = storageFrom(id, where);
      const known = storages.get(storage.key);
      if (known && (known.dtype !== storage.dtype || known.count !== storage.count))
        throw damaged(where, `storage ${quoted(storage.key)} is described in two ways`);
      storages.set(storage.key, known ?? storage);
      return known ?? storage;
    },
  };
}

/** The tensors of a state dict, given the storages' offsets in the file. Throws an Error. */
export function tensorsOf(
  value: unknown,
  beginOf: (storage: Storage) => number,
  where: string,
): StoredTensor[] {
  if (!(value instanceof Dict)) throw notTensors(where);
  const tensors: StoredTensor[] = [];
  for (const [name, entry] of value.entries) {
    const tensor = typeof name === 'string' ? tensorOf(name, entry, beginOf, where) : null;
    if (tensor) tensors.push(tensor);
  }
  if (tensors.length === 0) throw notTensors(where);
  return tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
}

/** Where a value's numbers are, under a name; null if it is no tensor. Throws an Error. */
export function tensorOf(
  name: string,
  value: unknown,
  beginOf: (storage: Storage) => number,
  where: string,
): StoredTensor | null {
  return value instanceof View ? stored(name, value, beginOf, where) : null;
}

const notTensors = (where: string) =>
  new Error(
    `${where}: has no named tensors, expected a model's state dict (torch.save(model.state_dict())).`,
  );

function damaged(where: string, what: string): Error {
  return new Error(`${where}: is damaged: ${what}. None of it was run.`);
}

function storageOf(name: string) {
  const kind = storageName.exec(name)?.[1];
  return kind !== undefined && Object.hasOwn(STORAGES, kind) ? STORAGES[kind] : undefined;
}

/** ('storage', type, key, device, elements); the oldest files add a view of the storage. */
function storageFrom(id: unknown, where: string): Storage {
  const [tag, type, key, , count, part] = id instanceof Tuple ? id.items : [];
  const kind = type instanceof Global ? storageOf(type.name) : undefined;
  if (tag !== 'storage' || !kind || typeof key !== 'string' || !isCount(count) || (part ?? null) !== null)
    throw damaged(where, 'it refers to something that is not a storage');
  return new Storage(key, kind.dtype, count, kind.bytes);
}

/** (storage, offset, size, stride, ...) */
function view([storage, offset, size, stride]: readonly unknown[], where: string): View {
  const [shape, strides] = [counts(size), counts(stride)];
  if (
    !(storage instanceof Storage) ||
    !isCount(offset) ||
    !shape ||
    !strides ||
    shape.length !== strides.length
  )
    throw damaged(where, 'a tensor has no shape');
  const count = elements(shape);
  const last = count === 0 ? offset - 1 : shape.reduce((at, n, i) => at + (n - 1) * strides[i]!, offset);
  if (last >= storage.count || count > Math.max(storage.count, MAX_REPEATED)) {
    throw new Error(
      `${where}: a tensor exceeds its storage, got shape [${shape}] with strides [${strides}] from ${offset}, expected ${storage.count} elements. None of it was run.`,
    );
  }
  return new View(storage, offset, shape, strides);
}

function stored(
  name: string,
  { storage, offset, shape, strides }: View,
  beginOf: (storage: Storage) => number,
  where: string,
): StoredTensor {
  const { dtype, bytes } = storage;
  const isEmpty = shape.includes(0);
  const span = isEmpty ? 0 : shape.reduce((sum, n, i) => sum + (n - 1) * strides[i]!, 1);
  const begin = beginOf(storage) + offset * bytes;
  const place = { name, dtype, shape, begin, end: begin + span * bytes };
  if (isEmpty || isRowMajor(shape, strides)) return place;
  if (span * bytes > MAX_SPAN) {
    throw new Error(
      `${where}: tensor ${quoted(name)} is not stored row by row, got ${span * bytes} bytes, expected at most ${MAX_SPAN}. Save it again as safetensors.`,
    );
  }
  return { ...place, strides };
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i]!;
  }
  return true;
}

/** OrderedDict() or, from Python 2, OrderedDict([[key, value], ...]). */
function ordered([pairs]: readonly unknown[], where: string): Dict {
  const dict = new Dict();
  if (pairs === undefined) return dict;
  if (!(pairs instanceof List)) throw damaged(where, 'a dictionary is not a list of pairs');
  for (const pair of pairs.items) {
    const items = pair instanceof List || pair instanceof Tuple ? pair.items : [];
    if (items.length !== 2) throw damaged(where, 'a dictionary is not a list of pairs');
    dict.entries.set(items[0], items[1]);
  }
  return dict;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function counts(value: unknown): number[] | null {
  if (!(value instanceof Tuple) || value.items.length > MAX_DIMENSIONS) return null;
  return value.items.every(isCount) ? [...value.items] : null;
}
