/** The Jacobian lens of the open model: opened from a file, fitted, kept, written. */
import { blobSource } from '../load/bytes';
import { openLens } from '../load/lens';
import { KeptLenses } from '../load/lens/keep';
import { writeLens } from '../load/lens/write';
import type { FileStore } from '../load/store';
import type { JacobianLens, LensInfo } from '../model/lens';
import { fileStem } from '../util/code/fileName';
import { fitLens } from './fitLens';
import type { LensEngine } from './lensApi';
import { infoOf, noLens } from './lensMatrix';
import type { VerifiedModel } from './runningModel';

/** Bytes of a file that is kept; the file itself is not lost. */
const MOST_KEPT = 2 ** 28;

export interface LensOptions {
  readonly opened: () => VerifiedModel;
  /** Where lenses are kept; null: nowhere. */
  readonly store: FileStore | null;
  readonly cancellable: <T>(runId: string, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

export function lensEngine({ opened, store, cancellable }: LensOptions): LensEngine {
  const kept = (): KeptLenses | null => store && new KeptLenses(store, opened().backend.weights.sha256);
  const open = async (read: (model: VerifiedModel) => Promise<JacobianLens>): Promise<LensInfo> => {
    const model = opened();
    model.lens = await read(model);
    return infoOf(model.lens)!;
  };
  return {
    lensInfo: async () => infoOf(opened().lens),
    openLens: ({ name, file, keep = false }) =>
      open(async ({ checkpoint }) => {
        const all = keep && file.size < MOST_KEPT ? kept() : null;
        const { lens } = await openLens(blobSource(name, file), checkpoint.spec);
        await all?.keep(lens).catch(() => undefined);
        return lens;
      }),
    closeLens: async () => {
      opened().lens = null;
    },
    keptLenses: async () => (await kept()?.list()) ?? [],
    openKeptLens: (sha256) =>
      open(async ({ checkpoint }) => {
        const all = kept();
        if (!all) throw new Error('kept lens: nothing is kept here, got no storage, expected some.');
        return all.read(sha256, checkpoint.spec);
      }),
    deleteKeptLens: async (sha256) => kept()?.remove(sha256),
    fitLens: async (runId, request, onEvent) => {
      const model = opened();
      const all = kept();
      return cancellable(runId, async (signal) => {
        const { lens, ...about } = await fitLens(request, model, { store, signal, onEvent });
        model.lens = lens;
        // Without space it is open, but not kept.
        await all?.keep(lens).catch(() => undefined);
        return { lens: infoOf(lens)!, ...about };
      });
    },
    exportLens: async (format, dtype = format === 'pt' ? 'f16' : 'f32') => {
      const { lens, checkpoint } = opened();
      if (!lens) throw noLens();
      const stem = fileStem(checkpoint.id.replace(/[^ -~]+/g, '-'), 'model');
      return { name: `${stem}-jacobian-lens.${format}`, bytes: writeLens(lens, format, dtype) };
    },
  };
}
