/**
 * What the TypeScript side knows of a shader: one record per `.wgsl` file, or two where the file reads weights (f32
 * and packed halves). The shader declares its storage buffers in this order at @group(0) @binding(0..) and its
 * `Params` uniform last, with the fields in this order; `kernels.test.ts` reads the WGSL and fails where the two
 * differ. What several kernels share is WGSL in shaders/lib, put before the kernel's own text.
 */

import finiteSource from '../../../shaders/lib/finite.wgsl?raw';
import weightsF16 from '../../../shaders/lib/weights_f16.wgsl?raw';
import weightsF32 from '../../../shaders/lib/weights_f32.wgsl?raw';

export type Scalar = 'u32' | 'f32';

export interface StorageBinding {
  readonly name: string;
  readonly access: 'read' | 'read_write';
}

/** Workgroups along x, y and z. */
export type Grid = readonly [number, number, number];

/** A file of shaders/lib. */
export interface Prelude {
  /** e.g. 'lib/activation'; without its ending. */
  readonly file: string;
  readonly source: string;
}

export interface Kernel<Field extends string = string> {
  readonly name: string;
  /** The file in shaders/ without its ending, where it is not `name`. */
  readonly file?: string;
  /** The text of that file. */
  readonly source: string;
  /** What goes before it, in order. */
  readonly preludes?: readonly Prelude[];
  readonly storage: readonly StorageBinding[];
  readonly params: readonly (readonly [Field, Scalar])[];
  readonly workgroups: (params: Readonly<Record<Field, number>>) => Grid;
  /** A dispatch may be cut into several whose row0 are multiples of this. */
  readonly rowQuantum: number;
}

/** Tells what is not finite. */
export const finite: Prelude = { file: 'lib/finite', source: finiteSource };

/** Names the fields of a record's params, so that callers are checked against them. */
export function kernel<Field extends string>(record: Kernel<Field>): Kernel<Field> {
  return record;
}

/** The same kernel for weights stored as f32, and as packed halves under the name with `_f16`. */
export function inBothFormats<Field extends string>(
  record: Kernel<Field>,
): readonly [f32: Kernel<Field>, f16: Kernel<Field>] {
  const { name, preludes = [] } = record;
  const behind = (file: string, source: string) => [{ file, source }, ...preludes];
  return [
    { ...record, preludes: behind('lib/weights_f32', weightsF32) },
    { ...record, name: `${name}_f16`, file: name, preludes: behind('lib/weights_f16', weightsF16) },
  ];
}

export function input(name: string): StorageBinding {
  return { name, access: 'read' };
}

export function output(name: string): StorageBinding {
  return { name, access: 'read_write' };
}

/** WebGPU's guaranteed number of workgroups along one dimension. */
const MAX_PER_DIMENSION = 65535;

/** Threads of the one-dimensional workgroups. */
const THREADS = 64;

/** `count` workgroups as a nearly full x-y rectangle; shaders number them y * num_workgroups.x + x. */
export function fold(count: number): Grid {
  const y = Math.max(1, Math.ceil(count / MAX_PER_DIMENSION));
  return [Math.ceil(count / y), y, 1];
}

/** One thread per element. */
export function perElement(elements: number): Grid {
  return fold(Math.ceil(elements / THREADS));
}

/** Rows (or other items) that share a workgroup in the kernels that reduce over a row with 16 threads. */
const TEAMS = 4;

/** A team of 16 threads per item. */
export function perTeam(items: number): Grid {
  return fold(Math.ceil(items / TEAMS));
}

export function ceilDiv(a: number, b: number): number {
  return Math.ceil(a / b);
}
