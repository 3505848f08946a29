/**
 * Opens a model: previews its cost, and brings its weights to the device. One at a time; a new
 * opening supersedes the last.
 */
import { adapterLimits, type Gpu, type GpuLimits } from '../gpu/device';
import { DamagedFileError } from '../load/bytes';
import type { FileCache } from '../load/cache';
import type { ModelFolder } from '../load/folder';
import { openCheckpoint } from '../load/open';
import type { ModelSource } from '../load/source';
import type { StartThread } from '../load/tokenizer/connection';
import { deviceBytes, fitProblem } from '../weights/fit';
import { type Engine, type ModelPreview, OPEN_CANCELLED, type WeightFormat } from './api';
import { GpuBackend, ReferenceBackend } from './backends';
import { FiniteBackend } from './finite';
import { measureSigma } from './first/sigma';
import type { OpenedModel } from './modelInfo';
import { OpenMeter } from './openMeter';

export interface OpenerOptions {
  /** `navigator.gpu`, or Node's; null selects the float64 reference. */
  readonly gpu: GPU | null;
  /** Starts the tokenizer's thread. */
  readonly startThread: StartThread;
  /** Address of the app, which contains models/{id}/. */
  readonly appUrl?: string;
  /** Reads a source from elsewhere (Node's disk); null for the default. */
  readonly folder?: (source: ModelSource) => ModelFolder | null;
  /** Memory for weights, in bytes; null if unknown. */
  readonly memoryBytes?: number | null;
  /** A device opened ahead, for the first model. */
  readonly ahead?: Promise<Gpu>;
  /** For tests. */
  readonly fakeLimits?: Partial<GpuLimits>;
  /** Fixed FLOPs per submit, for tests of counters. */
  readonly budgetFlops?: number;
}

export type OnOpenProgress = Parameters<Engine['open']>[1];

export class ModelOpener {
  private opening: AbortController | null = null;
  private previewing: AbortController | null = null;

  constructor(
    private options: OpenerOptions,
    private readonly cache: FileCache | null,
  ) {}

  /** Rejects with OPEN_CANCELLED if `cancel` or another `preview` intervened. */
  async preview(source: ModelSource): Promise<ModelPreview> {
    this.previewing?.abort();
    const controller = new AbortController();
    this.previewing = controller;
    const { gpu, fakeLimits, memoryBytes = null } = this.options;
    const { signal } = controller;
    const look = () => openCheckpoint(source, { ...this.loadOptions(source), signal });
    const { title, revision, spec, weights, notes, tokenizer } = await abandonable(
      onceMoreIfDamaged(look),
      signal,
      (late) => late.tokenizer.close(),
    );
    // A preview only needs to know that it loads.
    tokenizer.close();
    const own = gpu ? await adapterLimits(gpu) : null;
    const limits = own && { ...own, ...fakeLimits };
    const format = (name: 'f32' | 'f16') => ({
      gpuBytes: deviceBytes(weights.slots, name),
      problem: limits && fitProblem(spec, weights.slots, name, { ...limits, memoryBytes }),
    });
    return {
      title,
      revision,
      spec,
      notes,
      parameters: weights.parameters,
      downloadBytes: weights.bytes,
      cachedBytes: weights.present,
      formats: { f32: format('f32'), f16: format('f16') },
    };
  }

  /** Rejects with OPEN_CANCELLED if `cancel` or another `open` intervened. */
  async open(source: ModelSource, format: WeightFormat, onProgress?: OnOpenProgress): Promise<OpenedModel> {
    this.opening?.abort();
    const controller = new AbortController();
    this.opening = controller;
    const { signal } = controller;
    try {
      const opening = onceMoreIfDamaged(
        () => this.openOnce(source, format, signal, onProgress),
        () =>
          onProgress?.({ loadedBytes: 0, totalBytes: null, doing: 'the copy was damaged: fetching again' }),
      );
      return await abandonable(opening, signal, closeModel);
    } finally {
      if (this.opening === controller) this.opening = null;
    }
  }

  cancel(): void {
    this.previewing?.abort();
    this.opening?.abort();
  }

  private loadOptions(source: ModelSource) {
    const { startThread, appUrl, folder } = this.options;
    const from = folder?.(source) ?? null;
    return {
      startThread,
      cache: this.cache,
      ...(from ? { folder: from } : {}),
      ...(appUrl === undefined ? {} : { appUrl }),
    };
  }

  private async openOnce(
    source: ModelSource,
    format: WeightFormat,
    signal: AbortSignal,
    onProgress?: OnOpenProgress,
  ): Promise<OpenedModel> {
    const { options } = this;
    const { ahead: _, ...later } = options;
    // A device opened ahead serves one opening.
    this.options = later;
    const { gpu } = options;
    const meter = new OpenMeter(onProgress);
    const checkpoint = await openCheckpoint(source, {
      ...this.loadOptions(source),
      signal,
      onProgress: (doing) => meter.doing(doing),
    });
    const { spec, tokenizer, card, weights } = checkpoint;
    try {
      const sigma = card?.sigma ? null : await measureSigma(spec, tokenizer);
      signal.throwIfAborted();
      meter.begin(weights);
      const onBytes = (bytes: number) => meter.read(bytes);
      const stream = { signal, onBytes, also: sigma ?? undefined };
      const backend = gpu
        ? await GpuBackend.open({ ...options, gpu, format }, checkpoint, stream)
        : await ReferenceBackend.open(checkpoint, stream);
      return {
        checkpoint,
        backend: new FiniteBackend(backend, spec),
        sigma: card?.sigma ?? sigma?.result() ?? null,
      };
    } catch (error) {
      tokenizer.close();
      throw error;
    }
  }
}

export function closeModel({ backend, checkpoint }: OpenedModel): void {
  backend.close();
  checkpoint.tokenizer.close();
}

/** The result of `work`. Rejects at once when aborted, and closes a late result. */
async function abandonable<T>(work: Promise<T>, signal: AbortSignal, close: (late: T) => void): Promise<T> {
  let stop = (): void => undefined;
  const abandoned = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener('abort', stop);
  });
  try {
    const made = await Promise.race([work, abandoned]);
    if (made !== null && !signal.aborted) return made;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  work.then(close, () => undefined);
  throw new Error(OPEN_CANCELLED);
}

/** A damaged copy is deleted on detection, so the retry fetches everything. */
async function onceMoreIfDamaged<T>(action: () => Promise<T>, onDamage?: () => void): Promise<T> {
  return action().catch((error: unknown) => {
    if (!(error instanceof DamagedFileError && error.isCopy)) throw error;
    onDamage?.();
    return action();
  });
}
