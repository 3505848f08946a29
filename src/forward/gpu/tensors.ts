/** The tensors of a sweep as buffers: which ones it needs, and where in them its tensors lie. */
import type { BufferRange } from '../../gpu/bind';
import { upload, type Want } from '../../gpu/buffers';
import type { Gpu } from '../../gpu/device';
import type { SweepSteps, TensorDecl } from '../plan/steps';
import type { Workspace } from './workspace';

/** Bytes of a tensor: never none. */
const bytesOf = ({ elements }: TensorDecl): number => Math.max(4, 4 * elements);

const isTable = ({ role }: TensorDecl): boolean => role === 'table';

/** What each of these sweeps needs at the same time; caches stay from one to the next, and are there if they are `kept`. */
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

/** Where each table begins in the buffer that they share, and its length. */
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

/** A sweep's tensors in reserved buffers, its tables uploaded. */
export interface Placed {
  /** Where a tensor lies, also a weight or one that an earlier sweep keeps. */
  readonly rangeOf: (id: string) => BufferRange;
  /** What the sweep alone uses. */
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
