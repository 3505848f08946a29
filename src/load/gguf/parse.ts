/**
 * The header of a GGUF file (ggml's format, versions 2 and 3, little-endian): metadata and the
 * table of tensors. It is read in growing pieces, never the whole file. Every count and length is
 * checked against the file's size, so a broken file cannot demand endless work or memory.
 */
import type { ByteSource } from '../bytes';
import { BLOCK, storedBytes, type StoredType } from '../stored';
import { elements } from '../../util/elements';
import { quoted } from '../../util/parse';

export type GgufValue = string | number | bigint | boolean | readonly GgufValue[];

export interface GgufTensor {
  readonly name: string;
  readonly dtype: StoredType;
  /** Outermost axis first, [out, in]; the file has the reverse. */
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** In file order. */
  readonly tensors: readonly GgufTensor[];
}

/** ggml's numbers of the supported types. */
const TYPES: Readonly<Record<number, StoredType>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  8: 'Q8_0',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
  30: 'BF16',
};
/** Names of the others, for messages. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

const FIRST_PIECE = 2 ** 20;
const MAX_HEADER = 2 ** 28;
const MAX_COUNT = 2 ** 17;
/**
 * Entries of all lists together, each of which becomes an object. Tokens, scores and types of 262
 * thousand tokens are 0.8 million.
 */
const MAX_ENTRIES = 2 ** 22;
const MAX_DEPTH = 3;

/** Reads and checks the header. Throws an Error starting with `where` if the file is broken. */
export async function parseGguf(source: ByteSource, where: string): Promise<GgufHeader> {
  for (let length = FIRST_PIECE; ; length *= 4) {
    const bytes = await source.read(0, Math.min(length, source.size));
    try {
      return new HeaderReader(bytes, source.size, where).header();
    } catch (error) {
      const isWhole = bytes.length === source.size || length >= MAX_HEADER;
      if (!(error instanceof NeedsMore)) throw error;
      if (isWhole)
        throw new Error(`${where}: is cut off, got ${source.size} bytes, expected more. Download it again.`);
    }
  }
}

/** The header extends beyond what was read. */
class NeedsMore extends Error {}

class HeaderReader {
  private readonly view: DataView;
  // Keeps byte order marks, which are tokens like any other.
  private readonly utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  private at = 0;
  private entriesLeft = MAX_ENTRIES;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly size: number,
    private readonly where: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  header(): GgufHeader {
    const bytes = this.bytes.subarray(this.take(4), this.at);
    const magic = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    if (magic !== 'GGUF') throw this.wrong('is not a GGUF file', quoted(magic), "'GGUF' at its beginning");
    const version = this.u32();
    if (version !== 2 && version !== 3) {
      const swapped = version > 0xffffff ? ' (big-endian)' : '';
      throw this.wrong('version not supported', `${version}${swapped}`, '2 or 3, little-endian');
    }
    const tensorCount = this.count('tensors', MAX_COUNT);
    const valueCount = this.count('metadata values', MAX_COUNT);
    const metadata = new Map<string, GgufValue>();
    for (let i = 0; i < valueCount; i++) {
      const key = this.string();
      if (metadata.has(key)) throw this.wrong('metadata has a key twice', quoted(key), 'each key once');
      metadata.set(key, this.value(this.u32(), 0));
    }
    const infos = Array.from({ length: tensorCount }, () => this.tensorInfo());
    const alignment = metadata.get('general.alignment') ?? 32;
    if (
      typeof alignment !== 'number' ||
      !Number.isInteger(alignment) ||
      alignment < 1 ||
      alignment > 2 ** 20
    ) {
      throw this.wrong('general.alignment: wrong value', String(alignment), 'a small whole number');
    }
    const data = Math.ceil(this.at / alignment) * alignment;
    return { metadata, tensors: this.placed(infos, data, alignment) };
  }

  private tensorInfo(): Omit<GgufTensor, 'begin' | 'end'> & { readonly offset: number } {
    const name = this.string();
    const axes = this.u32();
    const what = tensorNamed(name);
    if (axes < 1 || axes > 4) throw this.wrong(`${what}: wrong number of axes`, `${axes}`, '1 to 4');
    const shape = Array.from({ length: axes }, () => this.u64(`${what}: shape`)).reverse();
    const code = this.u32();
    const dtype = Object.hasOwn(TYPES, code) ? TYPES[code] : undefined;
    if (dtype === undefined) {
      const known = Object.values(TYPES).join(', ');
      throw this.wrong(
        `${what} has a type that is not supported`,
        OTHER_TYPES[code] ?? `type ${code}`,
        `one of ${known}`,
      );
    }
    return { name, dtype, shape, offset: this.u64(`${what}: offset`) };
  }

  /** Byte ranges, checked against the file and one another. */
  private placed(
    infos: readonly ReturnType<HeaderReader['tensorInfo']>[],
    data: number,
    alignment: number,
  ): GgufTensor[] {
    const tensors = infos.map(({ offset, ...info }): GgufTensor => {
      const what = tensorNamed(info.name);
      if (offset % alignment !== 0)
        throw this.wrong(`${what} is not aligned`, `offset ${offset}`, `a multiple of ${alignment}`);
      const block = BLOCK[info.dtype].elements;
      const width = info.shape.at(-1)!;
      if (width % block !== 0)
        throw this.wrong(
          `${what}: rows do not fill whole blocks`,
          `${width} columns of ${info.dtype}`,
          `a multiple of ${block}`,
        );
      const begin = data + offset;
      const end = begin + storedBytes(info.dtype, elements(info.shape));
      if (!Number.isSafeInteger(end) || end > this.size)
        throw this.wrong(`${what} lies beyond the file`, `bytes ${begin} to ${end}`, `at most ${this.size}`);
      return { ...info, begin, end };
    });
    tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
    for (const [i, tensor] of tensors.entries()) {
      const before = tensors[i - 1];
      if (before && tensor.begin < before.end)
        throw this.wrong(
          `${tensorNamed(tensor.name)} overlaps ${tensorNamed(before.name)}`,
          `a start at byte ${tensor.begin}`,
          `at least ${before.end}`,
        );
    }
    if (new Set(tensors.map(({ name }) => name)).size < tensors.length)
      throw this.wrong('a tensor is listed twice', `${tensors.length} entries`, 'each name once');
    return tensors;
  }

  /** Readers of a value, by ggml's number of its type. */
  private readonly readers: readonly ((depth: number) => GgufValue)[] = [
    () => this.view.getUint8(this.take(1)),
    () => this.view.getInt8(this.take(1)),
    () => this.view.getUint16(this.take(2), true),
    () => this.view.getInt16(this.take(2), true),
    () => this.u32(),
    () => this.view.getInt32(this.take(4), true),
    () => this.view.getFloat32(this.take(4), true),
    () => this.view.getUint8(this.take(1)) !== 0,
    () => this.string(),
    (depth) => this.array(depth),
    () => this.view.getBigUint64(this.take(8), true),
    () => this.view.getBigInt64(this.take(8), true),
    () => this.view.getFloat64(this.take(8), true),
  ];

  private value(type: number, depth: number): GgufValue {
    const read = this.readers[type];
    if (!read) throw this.wrong('metadata has an unknown type of value', `${type}`, '0 to 12');
    return read(depth);
  }

  private array(depth: number): GgufValue[] {
    if (depth >= MAX_DEPTH)
      throw this.wrong('metadata is nested too deeply', `${depth + 1} levels`, `at most ${MAX_DEPTH}`);
    const type = this.u32();
    // Each entry takes at least one byte.
    const length = this.count('entries of a list', Math.min(this.size, this.entriesLeft));
    this.entriesLeft -= length;
    const values: GgufValue[] = [];
    for (let i = 0; i < length; i++) values.push(this.value(type, depth + 1));
    return values;
  }

  private string(): string {
    const length = this.count('bytes of a text', this.size);
    return this.utf8.decode(this.bytes.subarray(this.take(length), this.at));
  }

  private count(what: string, most: number): number {
    const value = this.view.getBigUint64(this.take(8), true);
    if (value > BigInt(most)) throw this.wrong(`wrong number of ${what}`, `${value}`, `at most ${most}`);
    return Number(value);
  }

  private u64(what: string): number {
    const value = this.view.getBigUint64(this.take(8), true);
    if (value > BigInt(this.size) * 64n)
      throw this.wrong(`${what}: too large for the file`, `${value}`, `less`);
    return Number(value);
  }

  private u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** Advances by `length` bytes and returns their start. */
  private take(length: number): number {
    const begin = this.at;
    if (begin + length > this.bytes.length) throw new NeedsMore();
    this.at += length;
    return begin;
  }

  private wrong(problem: string, got: string, expected: string): Error {
    return new Error(`${this.where}: ${problem}, got ${got}, expected ${expected}.`);
  }
}

/** A value from the file as shown in a message. */
export const valueText = (value: GgufValue): string =>
  typeof value === 'object' ? 'a list' : quoted(String(value));

const tensorNamed = (name: string): string => `tensor ${quoted(name)}`;
