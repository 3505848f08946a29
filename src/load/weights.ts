/** The tensors of a checkpoint under their canonical names, checked before anything is computed. */
import type { Family } from '../model/families';
import type { ModelSpec, WeightSlot } from '../model/spec';
import { assertInternal } from '../util/assert';
import { elements, type Safetensors } from './safetensors';

export interface CheckpointWeights {
  readonly slots: readonly WeightSlot[];
  /** Number of weights. */
  readonly parameters: number;
  /** Shape of a canonical weight, e.g. [D, 3D]. */
  shape(name: string): readonly number[];
  /** Values of a canonical weight, row-major, widened to 32 bits; read anew at every call. */
  get(name: string): Promise<Float32Array>;
}

/**
 * Matches a file against what the family needs. Throws one sentence naming the tensor if one is missing, has
 * another shape, is unknown, or is a copy that differs from its original.
 */
export async function checkpointWeights(
  file: Safetensors,
  family: Family,
  spec: ModelSpec,
  where: string,
): Promise<CheckpointWeights> {
  const slots = new Map(family.weightSlots(spec).map((slot) => [slot.name, slot]));
  const tensorOf = new Map<string, string>();
  for (const slot of slots.values()) tensorOf.set(slot.name, checkedSource(file, slot, where));
  const find = (name: string): { slot: WeightSlot; tensor: string } => {
    const slot = slots.get(name);
    const tensor = tensorOf.get(name);
    assertInternal(slot && tensor !== undefined, `no weight named '${name}' in a ${spec.family} model`);
    return { slot, tensor };
  };
  await checkRest(file, family, find, new Set(tensorOf.values()), where);
  return {
    slots: [...slots.values()],
    parameters: [...slots.values()].reduce((sum, slot) => sum + elements(slot.shape), 0),
    shape: (name) => find(name).slot.shape,
    async get(name) {
      const { data } = await file.tensor(find(name).tensor);
      assertInternal(data instanceof Float32Array, `weight '${name}' is not floating point`);
      return data;
    },
  };
}

function checkedSource(file: Safetensors, slot: WeightSlot, where: string): string {
  const source = slot.sources.find((name) => file.tensors.has(name));
  if (source === undefined) {
    throw new Error(`${where}: tensor '${slot.sources[0]}' is missing, expected shape [${slot.shape}].`);
  }
  const { shape, dtype } = file.tensors.get(source)!;
  if (shape.join() !== slot.shape.join()) {
    throw new Error(
      `${where}: tensor '${source}' has the wrong shape, got [${shape}], expected [${slot.shape}] from config.json.`,
    );
  }
  if (!['F32', 'F16', 'BF16'].includes(dtype)) {
    throw new Error(
      `${where}: tensor '${source}' has a type that is not supported, got ${dtype}, expected F32, F16 or BF16.`,
    );
  }
  return source;
}

async function checkRest(
  file: Safetensors,
  family: Family,
  find: (name: string) => { tensor: string },
  used: ReadonlySet<string>,
  where: string,
): Promise<void> {
  for (const name of file.tensors.keys()) {
    if (used.has(name) || family.ignored.test(name)) continue;
    const original = Object.hasOwn(family.copies, name) ? family.copies[name] : undefined;
    if (original === undefined) {
      throw new Error(
        `${where}: unknown tensor, got '${name}', expected only those of the architecture. ` +
          'The model may be a variant that would be computed wrongly.',
      );
    }
    const tensor = find(original).tensor;
    if (!(await sameBytes(file.slice(name), file.slice(tensor)))) {
      throw new Error(
        `${where}: tensor '${name}' differs from '${tensor}', expected a copy (tied embeddings).`,
      );
    }
  }
}

const PIECE = 1 << 22;

async function sameBytes(a: Blob, b: Blob): Promise<boolean> {
  if (a.size !== b.size) return false;
  for (let at = 0; at < a.size; at += PIECE) {
    const [left, right] = await Promise.all(
      [a, b].map(async (blob) => new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer())),
    );
    if (!left!.every((byte, i) => byte === right![i])) return false;
  }
  return true;
}
