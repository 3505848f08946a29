/**
 * A lens's file before its numbers are read: where each matrix is, and what was said beside them.
 * Everything that a file claims is checked here, so nothing large is read of one that is refused.
 */
import { MOST } from '../../util/bounds';
import { quoted } from '../../util/parse';
import { isStoredType, type StoredTensor } from '../stored';
import { elements } from '../../util/elements';

export interface LensTable {
  readonly dModel: number;
  /** By layer, ascending. */
  readonly matrices: ReadonlyMap<number, StoredTensor>;
  /** What the stored numbers are divided by: the prompts of a running sum, else 1. */
  readonly divisor: number;
  readonly prompts: number;
  readonly skipFirst: number | null;
  /** The block whose output the matrices lead to; null: the last, by convention. */
  readonly target: number | null;
  /** The texts that it was fitted on, as the file names them; null: it does not say. */
  readonly corpus: string | null;
}

/** What a file claims, unchecked. */
export interface Claimed {
  readonly matrices: readonly (readonly [layer: unknown, tensor: StoredTensor | null])[];
  /** Null: as the first matrix. */
  readonly dModel: unknown;
  readonly divisor: number;
  readonly prompts: unknown;
  readonly skipFirst: unknown;
  readonly target: unknown;
  readonly corpus: unknown;
}

/** Throws an Error naming `where` for the first claim that is wrong. */
export function lensTable(claimed: Claimed, where: string): LensTable {
  const { matrices, divisor, corpus } = claimed;
  if (matrices.length === 0)
    throw new Error(`${where}: has no matrices, got none, expected one per layer. It is no fitted lens.`);
  if (matrices.length > MOST.layers)
    throw new Error(`${where}: too many matrices, got ${matrices.length}, expected at most ${MOST.layers}.`);
  const named = matrices.map(([layer, tensor]) => [layerOf(layer, where), tensor] as const);
  const dModel = count(claimed.dModel ?? named[0]![1]?.shape[0], 'd_model', where);
  const bytes = 4 * matrices.length * dModel * dModel;
  if (bytes > MOST.lensBytes)
    throw new Error(
      `${where}: is too large, got ${bytes} bytes of float32, expected at most ${MOST.lensBytes}. Keep fewer layers.`,
    );
  const table = new Map<number, StoredTensor>();
  for (const [layer, tensor] of named.sort(([a], [b]) => a - b)) {
    if (table.has(layer))
      throw new Error(`${where}: has layer ${layer} twice, got two matrices, expected one.`);
    table.set(layer, matrix(tensor, dModel, `${where}: layer ${layer}`));
  }
  return {
    dModel,
    matrices: table,
    divisor,
    prompts: count(claimed.prompts ?? 0, 'n_prompts', where),
    skipFirst: claimed.skipFirst === null ? null : count(claimed.skipFirst, 'skip_first', where),
    target: claimed.target === null ? null : count(claimed.target, 'target_layer', where),
    corpus: typeof corpus === 'string' && corpus.length <= MOST.text ? corpus : null,
  };
}

function layerOf(layer: unknown, where: string): number {
  const number = typeof layer === 'string' && /^\d{1,9}$/.test(layer) ? Number(layer) : layer;
  if (isCount(number) && number < MOST.layers) return number;
  throw new Error(
    `${where}: a layer's number is wrong, got ${told(layer)}, expected 0 to ${MOST.layers - 1}.`,
  );
}

/** Throws an Error unless it is a whole number from 0. */
export function count(value: unknown, name: string, where: string): number {
  if (isCount(value)) return value;
  throw new Error(`${where}: ${name}, got ${told(value)}, expected a whole number from 0.`);
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const told = (value: unknown): string =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : typeof value === 'string'
      ? quoted(value)
      : 'something else';

function matrix(tensor: StoredTensor | null, dModel: number, where: string): StoredTensor {
  if (!tensor) throw new Error(`${where}: is no tensor, got another value, expected a matrix.`);
  const { shape, dtype } = tensor;
  if (shape.join() !== [dModel, dModel].join() || elements(shape) === 0)
    throw new Error(`${where}: wrong shape, got [${shape}], expected [${dModel},${dModel}].`);
  if (!isStoredType(dtype))
    throw new Error(`${where}: type not supported, got ${dtype}, expected F64, F32, F16 or BF16.`);
  return tensor;
}
