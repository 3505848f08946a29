/**
 * The engine's interface across a worker that may die. A thread that hangs, or ignores a cancel, is
 * replaced (`watch.ts` decides); `onEnd` then reopens the model.
 */
import { proxy } from 'comlink';
import {
  CANCELLED,
  type Engine,
  type ModelSource,
  OPEN_CANCELLED,
  type WeightFormat,
} from '../../engine/api';
import type { EngineThread, ThreadEvents } from './engineThread';
import { type Reason, restartsAfter, type Watch, type WatchEvent, watched, watchStarted } from './watch';

/** A model and its weight format. */
export interface Asked {
  readonly source: ModelSource;
  readonly weights: WeightFormat;
}

/** A thread has ended. */
export interface Ended {
  readonly reason: Reason;
  /** What was open or being opened. */
  readonly lost: Asked | null;
  /** What to open in the new thread; null: nothing, or no new thread. */
  readonly open: Asked | null;
  /** Too many restarts: no new thread was started. */
  readonly isOver: boolean;
}

export interface ClientOptions {
  readonly start: (events: ThreadEvents) => EngineThread;
  /** Replaces a model that keeps ending the thread. */
  readonly fallback: ModelSource;
  /** Called before the old thread's calls reject. */
  readonly onEnd: (ended: Ended) => void;
}

export interface EngineClient {
  readonly engine: Engine;
  /** To be called every BEAT_EVERY ms. */
  readonly tick: (now: number, visible: boolean) => void;
}

/** Rejects calls that the thread left unanswered. */
class EngineEndedError extends Error {
  override readonly name = 'EngineEndedError';
  constructor(readonly ended: Ended) {
    super(
      ended.isOver
        ? 'engine: it does not run. Reload the page.'
        : 'engine: it stopped before it answered, and was restarted. Ask again.',
    );
  }
}

export function isEngineEnded(error: unknown): boolean {
  return error instanceof EngineEndedError;
}

/** A thread, its rejection on end, and the result of its first opening. */
interface Life {
  readonly thread: EngineThread;
  readonly ending: Deferred<never>;
  readonly reopened: Deferred<Asked | null>;
}

export function createEngineClient({ start, fallback, onEnd }: ClientOptions): EngineClient {
  let watch: Watch = watchStarted();
  let life = begin();
  let opened: Asked | null = null;
  let opening: (Asked & { readonly id: string }) | null = null;
  /** The model whose restarts are counted. */
  let counted: ModelSource | null = null;
  /** Cancellable work, and what was cancelled. */
  const going = new Set<string>();
  const cancelled = new Set<string>();
  let ids = 0;

  function begin(): Life {
    // Ignores messages of a dead thread.
    const tellOf = (event: WatchEvent) => () => life === mine && tell(event);
    const thread = start({ onBeat: tellOf({ type: 'beat' }), onStopped: tellOf({ type: 'stopped' }) });
    const mine: Life = { thread, ending: deferred(), reopened: deferred() };
    mine.ending.promise.catch(() => undefined);
    return mine;
  }

  function tell(event: WatchEvent): void {
    const isDone = watch.verdict !== null;
    watch = watched(watch, event);
    if (!isDone && watch.verdict !== null) end(watch.verdict);
  }

  function end({ reason, next }: NonNullable<Watch['verdict']>): void {
    const { thread, ending } = life;
    thread.end();
    const lost = opening && !cancelled.has(opening.id) ? opening : opened;
    const isOver = next === 'nothing' || (next === 'other' && (lost === null || lost.source === fallback));
    const instead: Asked = { source: fallback, weights: 'f32' };
    const open = isOver ? null : next === 'other' ? instead : lost;
    const ended: Ended = { reason, lost, open, isOver };
    opened = opening = null;
    if (!isOver) {
      watch = watchStarted(restartsAfter(watch));
      life = begin();
      if (open === null) life.reopened.resolve(null);
    }
    onEnd(ended);
    ending.reject(new EngineEndedError(ended));
  }

  type Ask<T> = (engine: Engine) => Promise<T>;

  function call<T>(ask: Ask<T>): Promise<T> {
    const { thread, ending } = life;
    return Promise.race([thread.engine.then(ask), ending.promise]);
  }

  /** Repeats an idempotent question once, on the same model; it may have caused the silence. */
  async function read<T>(ask: Ask<T>): Promise<T> {
    const about = opened;
    try {
      return await call(ask);
    } catch (error) {
      if (!(error instanceof EngineEndedError)) throw error;
      const { reason, isOver } = error.ended;
      if (reason === 'silent' || isOver || (await life.reopened.promise)?.source !== about?.source)
        throw error;
      return call(ask);
    }
  }

  /** Cancellable work: cancelled if the thread ends. */
  async function cancellable<T>(id: string, message: string, ask: Ask<T>): Promise<T> {
    going.add(id);
    try {
      return await call(ask);
    } catch (error) {
      throw error instanceof EngineEndedError && cancelled.has(id) ? new Error(message) : error;
    } finally {
      going.delete(id);
      cancelled.delete(id);
      tell({ type: 'settled', id });
    }
  }

  /** Work of one piece, which on a slow machine keeps the thread from beating. */
  async function blocking<T>(ask: Ask<T>): Promise<T> {
    const id = `blocking-${++ids}`;
    tell({ type: 'blocks', id });
    try {
      return await call(ask);
    } finally {
      tell({ type: 'settled', id });
    }
  }

  /** Ends either way: by confirmation, or with the thread. */
  async function cancel(id: string | undefined, ask: Ask<void>): Promise<void> {
    if (id !== undefined && going.has(id)) {
      cancelled.add(id);
      tell({ type: 'cancel', id });
    }
    await call(ask).catch((error: unknown) => {
      if (!(error instanceof EngineEndedError)) throw error;
    });
  }

  const open: Engine['open'] = async (source, onProgress, options = {}) => {
    const mine = { id: `open-${++ids}`, source, weights: options.weights ?? 'f32' };
    if (source !== counted) tell({ type: 'asked' });
    counted = source;
    opening = mine;
    const { reopened } = life;
    try {
      const info = await cancellable(mine.id, OPEN_CANCELLED, (engine) =>
        engine.open(source, onProgress && proxy(onProgress), options),
      );
      opened = mine;
      tell({ type: 'opened' });
      reopened.resolve(mine);
      return info;
    } finally {
      reopened.resolve(null);
      if (opening === mine) opening = null;
    }
  };

  const engine: Engine = {
    environment: () => read((engine) => engine.environment()),
    preview: (source) => read((engine) => engine.preview(source)),
    open,
    cancelOpen: () => cancel(opening?.id, (engine) => engine.cancelOpen()),
    storage: () => read((engine) => engine.storage()),
    deleteStored: (keys) => read((engine) => engine.deleteStored(keys)),
    chat: (prompt) => read((engine) => engine.chat(prompt)),
    embedding: (tokens) => read((engine) => engine.embedding(tokens)),
    tokenize: (text, bos) => read((engine) => engine.tokenize(text, bos)),
    decode: (ids) => read((engine) => engine.decode(ids)),
    predict: (tokens, k) => read((engine) => engine.predict(tokens, k)),
    capture: (request) => read((engine) => engine.capture(request)),
    gradients: (request) => read((engine) => engine.gradients(request)),
    lens: (...asked) => read((engine) => engine.lens(...asked)),
    lensTop: (...asked) => read((engine) => engine.lensTop(...asked)),
    lensInfo: () => read((engine) => engine.lensInfo()),
    openLens: (file) => call((engine) => engine.openLens(file)),
    closeLens: () => call((engine) => engine.closeLens()),
    keptLenses: () => read((engine) => engine.keptLenses()),
    openKeptLens: (sha256) => call((engine) => engine.openKeptLens(sha256)),
    deleteKeptLens: (sha256) => call((engine) => engine.deleteKeptLens(sha256)),
    fitLens: (runId, request, onEvent) =>
      cancellable(runId, CANCELLED, (engine) => engine.fitLens(runId, request, onEvent && proxy(onEvent))),
    exportLens: (...asked) => read((engine) => engine.exportLens(...asked)),
    firstPrompt: (runId) => read((engine) => engine.firstPrompt(runId)),
    notices: (question) => read((engine) => engine.notices(question)),
    whyUnfit: (kind, set) => read((engine) => engine.whyUnfit(kind, set)),
    resolve: (question) => read((engine) => engine.resolve(question)),
    estimate: (...asked) => read((engine) => engine.estimate(...asked)),
    run: (runId, spec, onEvent) =>
      cancellable(runId, CANCELLED, (engine) => engine.run(runId, spec, onEvent && proxy(onEvent))),
    tighten: (runId, request, onEvent) =>
      cancellable(runId, CANCELLED, (engine) => engine.tighten(runId, request, onEvent && proxy(onEvent))),
    estimateTighten: (request) => read((engine) => engine.estimateTighten(request)),
    answerWithCuts: (request) => read((engine) => engine.answerWithCuts(request)),
    measureEdges: (request) => read((engine) => engine.measureEdges(request)),
    generate: (runId, request, onToken) =>
      cancellable(runId, CANCELLED, (engine) => engine.generate(runId, request, onToken && proxy(onToken))),
    cancel: (runId) => cancel(runId, (engine) => engine.cancel(runId)),
    verify: (tokens, against) => blocking((engine) => engine.verify(tokens, against)),
    exportOnnx: () => blocking((engine) => engine.exportOnnx()),
    loseDevice: () => call((engine) => engine.loseDevice()),
    close: () => call((engine) => engine.close()),
  };
  return { engine, tick: (now, visible) => tell({ type: 'tick', now, visible }) };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}
