/**
 * What an unfinished fit has measured: running sums, kept beside the copies of models so that the fit
 * can resume. One fit is kept at a time. Two files take turns, so that an interrupted write loses one
 * step. What cannot be stored is measured again.
 */
import { lensWeight } from '../../model/lens';
import { openSafetensors } from '../safetensors';
import { type FileStore, rewrite } from '../store';
import { writeSafetensors } from '../writeSafetensors';
import { lensHash } from './hash';

export interface FitSums {
  /** Texts that were measured, in order. */
  readonly done: number;
  /** By layer, [D, D]: the sum over these texts. */
  readonly sums: ReadonlyMap<number, Float32Array>;
}

export interface FitStore {
  /** Null: nothing is kept of this fit. */
  load(): Promise<FitSums | null>;
  save(sums: FitSums): Promise<void>;
  /** Called when the fit is finished. */
  remove(): Promise<void>;
}

const ENDING = '.fit';

/** `key`: of model, texts and settings. The matrices are [D, D] of these layers. */
export function fitStore(
  store: FileStore,
  key: string,
  { layers, dModel }: { readonly layers: readonly number[]; readonly dModel: number },
): FitStore {
  const nameOf = (turn: number): string => `${key}.${turn % 2}${ENDING}`;
  const removeAll = async (mine: boolean): Promise<void> => {
    const names = (await store.names()).filter((name) => name.endsWith(ENDING));
    for (const name of names) if (name.startsWith(key) === mine) await store.remove(name);
  };

  async function read(name: string): Promise<FitSums | null> {
    const size = await store.size(name);
    if (size === null) return null;
    const file = await openSafetensors(new Blob([await store.read(name, 0, size)]), name);
    const sums = new Map<number, Float32Array>();
    for (const layer of layers) {
      const { data } = await file.tensor(lensWeight(layer));
      if (!(data instanceof Float32Array) || data.length !== dModel * dModel) return null;
      sums.set(layer, data);
    }
    const done = Number(file.metadata.done);
    return Number.isSafeInteger(done) && file.metadata.sha256 === lensHash(sums) ? { done, sums } : null;
  }

  return {
    async load() {
      const found = await Promise.all([0, 1].map((turn) => read(nameOf(turn)).catch(() => null)));
      return found.reduce((a, b) => ((b?.done ?? 0) > (a?.done ?? 0) ? b : a), null);
    },
    save: async ({ done, sums }) => {
      const shape = [dModel, dModel];
      const tensors = [...sums].map(([layer, data]) => [lensWeight(layer), { shape, data }] as const);
      const metadata = { done: String(done), sha256: lensHash(sums) };
      try {
        await removeAll(false);
        await rewrite(
          await store.writer(nameOf(done)),
          writeSafetensors(Object.fromEntries(tensors), metadata),
        );
      } catch {
        // A full disk, or another page that writes the same file.
      }
    },
    remove: () => removeAll(true).catch(() => undefined),
  };
}
