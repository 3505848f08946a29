/** How checkpoints store tensors in any file format: a table of named byte ranges. */
import type { ByteSource } from './bytes';

/** Elements and bytes per block of a type; a plain number is a block of one element. */
export const BLOCK = {
  F64: { elements: 1, bytes: 8 },
  F32: { elements: 1, bytes: 4 },
  F16: { elements: 1, bytes: 2 },
  BF16: { elements: 1, bytes: 2 },
  Q8_0: { elements: 32, bytes: 34 },
  Q4_0: { elements: 32, bytes: 18 },
  Q4_1: { elements: 32, bytes: 20 },
  Q5_0: { elements: 32, bytes: 22 },
  Q5_1: { elements: 32, bytes: 24 },
  Q4_K: { elements: 256, bytes: 144 },
  Q5_K: { elements: 256, bytes: 176 },
  Q6_K: { elements: 256, bytes: 210 },
} as const;

/** Types that can be read as weights. */
export type StoredType = keyof typeof BLOCK;

export function isStoredType(dtype: string): dtype is StoredType {
  return Object.hasOwn(BLOCK, dtype);
}

export interface StoredTensor {
  /** Hugging Face's name. */
  readonly name: string;
  /** A `StoredType`, or another type, allowed for tensors that no pass reads. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes [begin, end) of the file. */
  readonly begin: number;
  readonly end: number;
  /**
   * Elements from one index to the next, for tensors that are not row-major: [begin, end) then
   * spans their first to last element. Only for plain numbers.
   */
  readonly strides?: readonly number[];
  /**
   * Where stored row `row` goes, in files that permute rows (GGUF's rotary ones); applied before
   * `WeightPart.place`.
   */
  readonly place?: (row: number) => number;
}

export interface TensorFile {
  readonly source: ByteSource;
  /** Ordered by `begin`. They may overlap: two names of one matrix, or parts of one. */
  readonly tensors: readonly StoredTensor[];
}

/** Bytes of `elements` consecutive elements; they must fill whole blocks. */
export function storedBytes(dtype: StoredType, elements: number): number {
  const block = BLOCK[dtype];
  return (elements / block.elements) * block.bytes;
}
