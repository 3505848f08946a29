/** A sweep's tensors as buffers: which buffers it needs, and where its tensors are in them. */
import type { BufferRange } from '../../gpu/bind';
import { upload, type Want } from '../../gpu/buffers';
import type { Gpu } from '../../gpu/device';
import type { SweepSteps, TensorDecl } from '../plan/steps';
import type { Workspace } from './workspace';

/** Bytes of a tensor, at least 4. */
const bytesOf = ({ elements }: TensorDecl): number => Math.max(4, 4 * elements);

const isTable = ({ role }: TensorDecl): boolean => role === 'table';

/**
 * The simultaneous needs of each sweep. Caches persist from one sweep to the next; those in `kept`
 * already exist.
 */
export function wantsOfSweeps(
  gpu: Gpu,
  sweeps: readonly SweepSteps[],
  kept: ReadonlyMap<string, GPUBuffer>,
): Want[][] {
  const caches: Want[] = [];
  const made = new Set(kept.keys());
  return sweeps.map(({ tensors }) => {
    const wants = [...caches];
    const { bytes } = tableOffsets(gpu, tensors);
    if (bytes > 0) wants.push({ label: 'tables', bytes });
    for (const tensor of tensors) {
      if (isTable(tensor) || made.has(tensor.id)) continue;
      const want = { label: tensor.id, bytes: bytesOf(tensor) };
      wants.push(want);
      if (tensor.role !== 'cache') continue;
      caches.push(want);
      made.add(tensor.id);
    }
    return wants;
  });
}

/** Each table's offset in the shared buffer, and the total length. */
function tableOffsets(
  { limits }: Gpu,
  tensors: readonly TensorDecl[],
): { readonly offsets: ReadonlyMap<string, number>; readonly bytes: number } {
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const table of tensors) {
    if (!isTable(table)) continue;
    offsets.set(table.id, bytes);
    bytes += Math.ceil((4 * table.elements) / limits.offsetAlignment) * limits.offsetAlignment;
  }
  return { offsets, bytes };
}

/** A sweep's tensors in reserved buffers, with its tables uploaded. */
export interface Placed {
  /** Location of a tensor, including weights and tensors kept by earlier sweeps. */
  readonly rangeOf: (id: string) => BufferRange;
  /** Buffers that only this sweep uses. */
  readonly lent: readonly GPUBuffer[];
}

export function placeTensors(
  sweep: SweepSteps,
  weights: ReadonlyMap<string, GPUBuffer>,
  { loan, caches, gpu }: Workspace,
): Placed {
  const own = new Map<string, BufferRange>();
  const lent: GPUBuffer[] = [];
  const { offsets, bytes } = tableOffsets(gpu, sweep.tensors);
  if (bytes > 0) {
    const buffer = loan.take({ label: 'tables', bytes });
    lent.push(buffer);
    const all = new Uint8Array(bytes);
    for (const { id, data, elements } of sweep.tensors.filter(isTable)) {
      const offset = offsets.get(id)!;
      all.set(new Uint8Array(data!.buffer, data!.byteOffset, data!.byteLength), offset);
      own.set(id, { buffer, offset, size: 4 * elements });
    }
    upload(gpu, buffer, 0, all);
  }
  for (const tensor of sweep.tensors) {
    if (isTable(tensor) || caches.has(tensor.id)) continue;
    const buffer = loan.take({ label: tensor.id, bytes: bytesOf(tensor) });
    own.set(tensor.id, { buffer, size: bytesOf(tensor) });
    if (tensor.role === 'cache') caches.set(tensor.id, buffer);
    else lent.push(buffer);
  }
  const rangeOf = (id: string): BufferRange => {
    const found = own.get(id);
    if (found) return found;
    const buffer = caches.get(id) ?? weights.get(id);
    if (!buffer) throw new Error(`internal: no buffer for tensor '${id}' in ${sweep.label}.`);
    return { buffer };
  };
  return { rangeOf, lent };
}
