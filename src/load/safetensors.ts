/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header, then the
 * tensors' bytes end to end. The whole header is checked before anything else is read.
 */
import { z } from 'zod';
import { decodeBf16, decodeF16 } from '../util/halves';
import { parseJson, parseWith, quoted, shown, tableOf } from '../util/parse';
import { blobSource, type ByteSource } from './bytes';
import { keyTwice } from './keysTwice';
import type { TensorFile } from './stored';
import { elements } from '../util/elements';

/** Bits per element. Files may hold any of these; only F32, F16, BF16 and I32 can be read. */
const BITS = {
  F64: 64,
  I64: 64,
  U64: 64,
  F32: 32,
  I32: 32,
  U32: 32,
  F16: 16,
  BF16: 16,
  I16: 16,
  U16: 16,
  I8: 8,
  U8: 8,
  BOOL: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
} as const;

export type Dtype = keyof typeof BITS;

const MAX_HEADER = 25_000_000;
/** Most tensors of one file; a model of 100 blocks with 128 experts has 40,000 in all its files. */
const MAX_TENSORS = 2 ** 16;
const METADATA = '__metadata__';
const extent = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const tensorInfo = z
  .object({
    dtype: z.enum(Object.keys(BITS) as [Dtype, ...Dtype[]]),
    shape: z.array(extent).max(8),
    data_offsets: z.tuple([extent, extent]),
  })
  .strict();
const metadataInfo = tableOf(z.string());

export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Bytes [begin, end) of the file. */
  readonly bytes: readonly [number, number];
}

export interface HostTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Row-major; halves are widened to 32 bits. */
  readonly data: Float32Array | Int32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor. Throws an Error if it does not exist or its type cannot be read. */
  tensor(name: string): Promise<HostTensor>;
}

/** Reads and checks a file's header. Throws an Error starting with `where` if it is broken. */
export async function readSafetensorsHeader(
  source: ByteSource,
  where: string,
): Promise<Pick<Safetensors, 'tensors' | 'metadata'>> {
  const { header, dataBegin } = await readHeader(source, where);
  const tensors = new Map<string, TensorInfo>();
  for (const [name, entry] of Object.entries(header)) {
    // Some writers use null for "no metadata".
    if (name === METADATA || (name === 'metadata' && entry === null)) continue;
    tensors.set(name, checkedInfo(entry, dataBegin, `${where}: tensor ${quoted(name)}`));
  }
  checkLayout(tensors, dataBegin, source.size, where);
  const metadata = parseWith(metadataInfo, header[METADATA] ?? {}, `${where}: ${METADATA}`);
  return { tensors, metadata: Object.fromEntries(metadata) };
}

/** The tensors of a checkpoint's file as a table, in file order. */
export async function openTensorFile(source: ByteSource, where: string): Promise<TensorFile> {
  const { tensors } = await readSafetensorsHeader(source, where);
  const inOrder = [...tensors].sort(([, a], [, b]) => a.bytes[0] - b.bytes[0]);
  return {
    source,
    tensors: inOrder.map(([name, { dtype, shape, bytes }]) => ({
      name,
      dtype,
      shape,
      begin: bytes[0],
      end: bytes[1],
    })),
  };
}

/**
 * Opens a file and reads tensors one at a time, each from its own slice. Throws as
 * `readSafetensorsHeader` does.
 */
export async function openSafetensors(source: Blob | ArrayBuffer, where: string): Promise<Safetensors> {
  const file = source instanceof Blob ? source : new Blob([source]);
  const { tensors, metadata } = await readSafetensorsHeader(blobSource(where, file), where);
  return {
    tensors,
    metadata,
    async tensor(name) {
      const info = tensors.get(name);
      if (!info) throw new Error(`${where}: tensor ${quoted(name)} is missing, got ${tensors.size} others.`);
      const { dtype, shape, bytes } = info;
      const data = decode(
        dtype,
        await file.slice(...bytes).arrayBuffer(),
        `${where}: tensor ${quoted(name)}`,
      );
      return { dtype, shape, data };
    },
  };
}

async function readHeader(file: ByteSource, where: string) {
  const again = 'The file is damaged or is not a safetensors file: download it again.';
  if (file.size < 8)
    throw new Error(`${where}: is too short, got ${file.size} bytes, expected at least 8. ${again}`);
  const first = await file.read(0, 8);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  const most = Math.min(MAX_HEADER, file.size - 8);
  if (length > BigInt(most)) {
    throw new Error(`${where}: wrong header length, got ${length} bytes, expected at most ${most}. ${again}`);
  }
  const dataBegin = 8 + Number(length);
  const bytes = await file.read(8, dataBegin);
  if (bytes[0] !== 0x7b) {
    const begin = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, 40));
    throw new Error(
      `${where}: wrong header, got ${shown(begin)}, expected an object that begins at its first byte. ${again}`,
    );
  }
  const text = utf8(bytes);
  if (text === null)
    throw new Error(`${where}: header: is not valid UTF-8, expected the text of a JSON object. ${again}`);
  const header = parseJson(text, `${where}: header`) as Record<string, unknown>;
  const count = Object.keys(header).length;
  if (count > MAX_TENSORS)
    throw new Error(
      `${where}: too many tensors, got ${count}, expected at most ${MAX_TENSORS}. Split the file.`,
    );
  const twice = keyTwice(text);
  if (twice !== null)
    throw new Error(
      `${where}: header: has a key twice, got ${quoted(twice)}, expected each once. Save the file again.`,
    );
  return { header, dataBegin };
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function checkedInfo(entry: unknown, dataBegin: number, where: string): TensorInfo {
  const { dtype, shape, data_offsets: offsets } = parseWith(tensorInfo, entry, where);
  const [begin, end] = offsets;
  const expected = (elements(shape) * BITS[dtype]) / 8;
  // Beyond 2^53 the product is inexact, but then it exceeds any real extent anyway.
  if (end - begin !== expected) {
    throw new Error(
      `${where}: wrong extent, got bytes ${begin} to ${end}, expected ${expected} bytes for ${dtype} [${shape}].`,
    );
  }
  return { dtype, shape, bytes: [dataBegin + begin, dataBegin + end] };
}

/** The tensors must fill the file from the header to the end, without gaps or overlaps. */
function checkLayout(
  tensors: ReadonlyMap<string, TensorInfo>,
  dataBegin: number,
  size: number,
  where: string,
): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.bytes[0] - b.bytes[0] || a.bytes[1] - b.bytes[1]);
  let at = dataBegin;
  for (const [name, { bytes }] of inOrder) {
    if (bytes[0] !== at) {
      const problem = bytes[0] < at ? 'overlaps the one before' : 'leaves a gap after the one before';
      throw new Error(
        `${where}: tensor ${quoted(name)} ${problem}, got a start at byte ${bytes[0]}, expected ${at}.`,
      );
    }
    at = bytes[1];
  }
  if (at !== size) {
    const problem = at > size ? 'is cut off: download it again' : 'has bytes that belong to no tensor';
    throw new Error(`${where}: wrong size, got ${size} bytes, expected ${at}. The file ${problem}.`);
  }
}

function decode(dtype: Dtype, bytes: ArrayBuffer, where: string): Float32Array | Int32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes);
    case 'I32':
      return new Int32Array(bytes);
    case 'F16':
      return decodeF16(new Uint16Array(bytes));
    case 'BF16':
      return decodeBf16(new Uint16Array(bytes));
    default:
      throw new Error(`${where}: type not supported, got ${dtype}, expected F32, F16, BF16 or I32.`);
  }
}
