/** Opens a file with a Jacobian lens: its claims first, then its numbers. */
import type { JacobianLens } from '../../model/lens';
import type { ModelSpec } from '../../model/spec';
import type { ByteSource } from '../bytes';
import { dequantize } from '../dequantize';
import type { StoredType } from '../stored';
import { inRows } from '../stream';
import { ptLens } from './pt';
import { safetensorsLens } from './safetensors';
import { lensHash } from './hash';
import { refuseOtherModel } from './suits';
import type { LensTable } from './table';

export interface OpenedLens {
  readonly lens: JacobianLens;
  /** The texts that it was fitted on, and how its numbers are stored. */
  readonly corpus: string | null;
  readonly stored: string;
}

/**
 * The lens of a file: .pt from torch.save, or Loci's safetensors. `spec`: the model that it must
 * suit; null: any. Throws an Error, in one sentence, if it is damaged, too large or of another
 * model, or if a number is not finite.
 */
export async function openLens(source: ByteSource, spec: ModelSpec | null): Promise<OpenedLens> {
  const where = source.name;
  const table = await tableOf(source, where);
  if (spec) refuseOtherModel(table, spec, where);
  const matrices = await readMatrices(source, table, where);
  const { dModel, prompts, skipFirst, corpus } = table;
  const layers = [...matrices.keys()];
  const info = { sha256: lensHash(matrices), title: where, dModel, layers, prompts, skipFirst };
  const [stored] = table.matrices.values();
  return { lens: { ...info, matrices }, corpus, stored: stored!.dtype };
}

async function tableOf(source: ByteSource, where: string): Promise<LensTable> {
  const first = await source.read(0, Math.min(9, source.size));
  // A header's length, then its brace.
  if (first[8] === 0x7b) return safetensorsLens(source, where);
  if (first[0] === 0x50 || first[0] === 0x80) return ptLens(source, where);
  throw new Error(
    `${where}: is no file of a lens, got other first bytes, expected a .pt of torch.save or safetensors. Choose another file.`,
  );
}

async function readMatrices(
  source: ByteSource,
  { matrices, divisor }: LensTable,
  where: string,
): Promise<ReadonlyMap<number, Float32Array>> {
  const read = new Map<number, Float32Array>();
  for (const [layer, tensor] of matrices) {
    const bytes = inRows(tensor, await source.read(tensor.begin, tensor.end));
    const values = dequantize(tensor.dtype as StoredType, bytes);
    if (divisor !== 1) for (let i = 0; i < values.length; i++) values[i]! /= divisor;
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new Error(
        `${where}: layer ${layer} is not finite, got ${values[bad]} in row ${Math.floor(bad / tensor.shape[1]!)}, expected numbers.`,
      );
    read.set(layer, values);
  }
  return read;
}
