/**
 * Reads pytorch_model.bin, as written by torch.save, as a table of tensors: the archive since torch
 * 1.6, and the earlier stream of pickles. Only headers are read; nothing in the file is executed.
 */
import type { ByteSource } from '../bytes';
import type { StoredTensor, TensorFile } from '../stored';
import { CutPickle, Dict, List, readPickle } from './pickle';
import { type Storage, tensorOf, tensorRules, tensorsOf } from './tensors';
import { readZip } from './zip';
import { quoted } from '../../util/parse';

/** Bytes of a pickle; a model with 100 blocks has about 0.5 MB. */
const MAX_PICKLE = 64 * 2 ** 20;
const FIRST_PIECE = 2 ** 20;
/** torch.serialization's MAGIC_NUMBER and PROTOCOL_VERSION in the old format. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const COUNT_BYTES = 8;

/** What torch.save wrote. */
interface Pickled {
  /** Dictionaries, lists, tuples, texts, numbers and tensors. */
  readonly value: unknown;
  readonly beginOf: (storage: Storage) => number;
}

/** Throws an Error if the file is damaged, of another kind, or requires more than tensors. */
export async function openPickled(source: ByteSource, where: string): Promise<TensorFile> {
  const { value, beginOf } = await readPickled(source, where);
  return { source, tensors: tensorsOf(value, beginOf, where) };
}

/**
 * What a file holds if it is no state dict, and where the tensors in it are (null: no tensor).
 * Throws as `openPickled` does.
 */
export async function openPickledValue(
  source: ByteSource,
  where: string,
): Promise<{ value: unknown; tensor: (name: string, value: unknown) => StoredTensor | null }> {
  const { value, beginOf } = await readPickled(source, where);
  return { value, tensor: (name, one) => tensorOf(name, one, beginOf, where) };
}

async function readPickled(source: ByteSource, where: string): Promise<Pickled> {
  const first = await source.read(0, Math.min(4, source.size));
  if (first[0] === 0x50 && first[1] === 0x4b) return fromArchive(source, where);
  if (first[0] === 0x80) return fromStream(source, where);
  throw new Error(
    `${where}: is not a torch.save file, got other first bytes. Save it again, as safetensors.`,
  );
}

async function fromArchive(source: ByteSource, where: string): Promise<Pickled> {
  const entries = new Map((await readZip(source, where)).map((entry) => [entry.name, entry]));
  const main = [...entries.keys()].filter((name) => name.endsWith('/data.pkl'));
  const root = main[0]?.slice(0, -'data.pkl'.length);
  if (root === undefined || main.length > 1)
    throw new Error(
      `${where}: is not a torch.save archive, got ${main.length} entries data.pkl, expected one.`,
    );
  const order = entries.get(`${root}byteorder`);
  if (order && order.end - order.begin < 16) {
    const text = new TextDecoder().decode(await source.read(order.begin, order.end));
    if (text !== 'little')
      throw new Error(`${where}: byte order not supported, got ${quoted(text)}, expected little.`);
  }
  const { begin, end } = entries.get(`${root}data.pkl`)!;
  if (end - begin > MAX_PICKLE) throw tooLong(where);
  const storages = new Map<string, Storage>();
  const { value } = wholePickle(await source.read(begin, end), where, storages);
  const beginOf = ({ key, count, bytes }: Storage): number => {
    const entry = entries.get(`${root}data/${key}`);
    if (entry && entry.end - entry.begin === count * bytes) return entry.begin;
    const got = entry ? `${entry.end - entry.begin} bytes` : 'nothing';
    throw new Error(
      `${where}: storage ${quoted(key)} has another size, got ${got}, expected ${count * bytes} bytes. Download it again.`,
    );
  };
  return { value, beginOf };
}

/**
 * Five pickles (magic number, protocol, machine, state dict, order of the storages), then each
 * storage after its count.
 */
async function fromStream(source: ByteSource, where: string): Promise<Pickled> {
  const { values, end, storages } = await streamedPickles(source, where);
  const [magic, protocol, machine, value, order] = values;
  if (magic !== MAGIC || protocol !== PROTOCOL)
    throw new Error(`${where}: is a pickle, but not from torch.save, expected its magic number.`);
  if (machine instanceof Dict && machine.entries.get('little_endian') === false)
    throw new Error(`${where}: byte order not supported, got 'big', expected little.`);
  const begins = new Map<string, number>();
  let at = end;
  for (const key of order instanceof List ? order.items : []) {
    const storage = storages.get(String(key));
    if (!storage || begins.has(storage.key))
      throw new Error(`${where}: is damaged: the listed order of its storages is wrong. Download it again.`);
    begins.set(storage.key, at + COUNT_BYTES);
    at += COUNT_BYTES + storage.count * storage.bytes;
  }
  if (at !== source.size || begins.size !== storages.size) {
    throw new Error(`${where}: wrong size, got ${source.size} bytes, expected ${at}. Download it again.`);
  }
  return { value, beginOf: ({ key }) => begins.get(key)! };
}

const PICKLES = 5;

/** Reads until the pickles are complete; nothing announces their length. */
async function streamedPickles(source: ByteSource, where: string) {
  for (let length = FIRST_PIECE; ; length *= 2) {
    const bytes = await source.read(0, Math.min(length, source.size));
    try {
      const values: unknown[] = [];
      const storages = new Map<string, Storage>();
      let end = 0;
      while (values.length < PICKLES) {
        const { value, end: length } = readPickle(bytes.subarray(end), tensorRules(where, storages));
        values.push(value);
        end += length;
      }
      return { values, end, storages };
    } catch (error) {
      if (!(error instanceof CutPickle)) throw error;
      if (length >= source.size) throw cutOff(where);
      if (length >= MAX_PICKLE) throw tooLong(where);
    }
  }
}

function wholePickle(bytes: Uint8Array, where: string, storages: Map<string, Storage>) {
  try {
    return readPickle(bytes, tensorRules(where, storages));
  } catch (error) {
    throw error instanceof CutPickle ? cutOff(where) : error;
  }
}

const cutOff = (where: string) =>
  new Error(`${where}: ends early, within its list of tensors. Download it again.`);

const tooLong = (where: string) =>
  new Error(`${where}: its list of tensors is too long, expected at most ${MAX_PICKLE} bytes.`);
