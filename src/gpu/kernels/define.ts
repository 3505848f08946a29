/**
 * TypeScript's view of the shaders: one record per `.wgsl` file, or two if the file reads weights
 * (f32 and packed halves). The shader declares its storage buffers in this order at @group(0)
 * @binding(0..), and its `Params` uniform last, with the fields in this order. `kernels.test.ts`
 * reads the WGSL and fails if the two differ. WGSL that kernels share is in shaders/lib and is put
 * before the kernel's own text.
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

/** A file in shaders/lib. */
export interface Prelude {
  /** E.g. 'lib/activation', without extension. */
  readonly file: string;
  readonly source: string;
}

export interface Kernel<Field extends string = string> {
  readonly name: string;
  /** The file in shaders/ without extension, if not `name`. */
  readonly file?: string;
  /** The text of that file. */
  readonly source: string;
  /** Files to put before it, in order. */
  readonly preludes?: readonly Prelude[];
  readonly storage: readonly StorageBinding[];
  readonly params: readonly (readonly [Field, Scalar])[];
  readonly workgroups: (params: Readonly<Record<Field, number>>) => Grid;
  /** A dispatch may be split into several if each row0 is a multiple of this. */
  readonly rowQuantum: number;
}

/** Detects NaN and infinity. */
export const finite: Prelude = { file: 'lib/finite', source: finiteSource };

/** Infers the param names of a record, so that callers are checked against them. */
export function kernel<Field extends string>(record: Kernel<Field>): Kernel<Field> {
  return record;
}

/** The same kernel for f32 weights and, with `_f16` appended to its name, for packed halves. */
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

/** Threads in a one-dimensional workgroup. */
const THREADS = 64;

/** `count` workgroups as a nearly full rectangle; shaders compute y * num_workgroups.x + x. */
export function fold(count: number): Grid {
  const y = Math.max(1, Math.ceil(count / MAX_PER_DIMENSION));
  return [Math.ceil(count / y), y, 1];
}

export function perElement(elements: number): Grid {
  return fold(Math.ceil(elements / THREADS));
}

/** Rows (or other items) per workgroup in kernels that reduce each row with 16 threads. */
const TEAMS = 4;

/** A team of 16 threads per item. */
export function perTeam(items: number): Grid {
  return fold(Math.ceil(items / TEAMS));
}

export function ceilDiv(a: number, b: number): number {
  return Math.ceil(a / b);
}
