/**
 * TypeScript's view of the shaders: one record per `.wgsl` file, or two if the file reads weights
 * (f32 and packed halves). The shader declares its storage buffers in this order at @group(0)
 * @binding(0..), and its `Params` uniform last, with the fields in this order. `kernels.test.ts`
 * reads the WGSL and fails if the two differ. WGSL that kernels share is in shaders/lib and is put
 * before the kernel's own text.
 */

/** The text of every shader, by path. */
const SOURCES = import.meta.glob<string>('../../../shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** A file in shaders/. */
export interface ShaderFile {
  /** E.g. 'attend' or 'lib/activation', without extension. */
  readonly file: string;
  readonly source: string;
}

const shader = (file: string): ShaderFile => ({ file, source: SOURCES[`../../../shaders/${file}.wgsl`]! });

export interface StorageBinding {
  readonly name: string;
  readonly access: 'read' | 'read_write';
}

type Param<Field extends string> = readonly [Field, 'u32' | 'f32'];

/** Workgroups along x, y and z. */
export type Grid = readonly [number, number, number];

export interface Kernel<Field extends string = string> extends ShaderFile {
  readonly name: string;
  /** Files to put before its own, in order. */
  readonly preludes: readonly ShaderFile[];
  readonly storage: readonly StorageBinding[];
  readonly params: readonly Param<Field>[];
  readonly workgroups: (params: Readonly<Record<Field, number>>) => Grid;
  /** A dispatch may be split into several if each row0 is a multiple of this. */
  readonly rowQuantum: number;
}

/** The params that every kernel begins with. */
const ROWS = u32('row0', 'rows');
type Rows = (typeof ROWS)[number][0];

interface Recipe<Field extends string> {
  /** Names of files in shaders/lib. */
  readonly preludes?: readonly string[];
  readonly storage: readonly StorageBinding[];
  /** After row0 and rows. */
  readonly params: readonly Param<Field>[];
  readonly workgroups: Kernel<Field | Rows>['workgroups'];
  /** Default 1. */
  readonly rowQuantum?: number;
}

/** The record of the shader `name`, under that name. Callers are checked against its params. */
export function kernel<Name extends string, Field extends string>(name: Name, recipe: Recipe<Field>) {
  return { [name]: recordOf(name, name, recipe) } as Record<Name, Kernel<Field | Rows>>;
}

/** The same kernel for f32 weights and, with `_f16` appended to its name, for packed halves. */
export function inBothFormats<Name extends string, Field extends string>(name: Name, recipe: Recipe<Field>) {
  const reading = (format: 'f32' | 'f16') => [`weights_${format}`, ...(recipe.preludes ?? [])];
  return {
    [name]: recordOf(name, name, { ...recipe, preludes: reading('f32') }),
    [`${name}_f16`]: recordOf(`${name}_f16`, name, { ...recipe, preludes: reading('f16') }),
  } as Record<Name | `${Name}_f16`, Kernel<Field | Rows>>;
}

function recordOf<Field extends string>(
  name: string,
  file: string,
  { preludes = [], storage, params, workgroups, rowQuantum = 1 }: Recipe<Field>,
): Kernel<Field | Rows> {
  const before = preludes.map((one) => shader(`lib/${one}`));
  const all = [...ROWS, ...params];
  return { name, ...shader(file), preludes: before, storage, params: all, workgroups, rowQuantum };
}

export function inputs(...names: readonly string[]): StorageBinding[] {
  return names.map((name) => ({ name, access: 'read' }));
}

export function outputs(...names: readonly string[]): StorageBinding[] {
  return names.map((name) => ({ name, access: 'read_write' }));
}

export function u32<Field extends string>(...fields: readonly Field[]): readonly Param<Field>[] {
  return fields.map((field) => [field, 'u32']);
}

export function f32<Field extends string>(...fields: readonly Field[]): readonly Param<Field>[] {
  return fields.map((field) => [field, 'f32']);
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
