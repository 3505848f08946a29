/** How checkpoints store tensors, whatever the file format: a table of named byte ranges. */
import type { ByteSource } from './bytes';

/** Elements and bytes of one block of a type; for plain numbers a block is one element. */
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

/** Types whose values can be read as weights. */
export type StoredType = keyof typeof BLOCK;

export function isStoredType(dtype: string): dtype is StoredType {
  return Object.hasOwn(BLOCK, dtype);
}

export interface StoredTensor {
  /** Hugging Face's name. */
  readonly name: string;
  /** A `StoredType`, or another that a file may hold in tensors which no pass reads. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes [begin, end) of the file. */
  readonly begin: number;
  readonly end: number;
  /**
   * Elements from one index to the next, for tensors that are not row-major: [begin, end) reaches from their first
   * element to their last. Only plain numbers have them.
   */
  readonly strides?: readonly number[];
  /** Where stored row `row` goes, for files that permute rows (GGUF's rotary ones); applied before `WeightPart.place`. */
  readonly place?: (row: number) => number;
}

export interface TensorFile {
  readonly source: ByteSource;
  /** In the order of their begins. They may overlap: two names of one matrix, parts of one. */
  readonly tensors: readonly StoredTensor[];
}

/** Bytes of `elements` consecutive elements, which must fill whole blocks. */
export function storedBytes(dtype: StoredType, elements: number): number {
  const block = BLOCK[dtype];
  return (elements / block.elements) * block.bytes;
}
