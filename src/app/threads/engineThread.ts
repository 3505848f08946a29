/** One worker with the engine in it: its beats, and its end. */
import { type ProxyMarked, wrap } from 'comlink';
import type { Engine } from '../../engine/api';
import { BEAT } from './beat';
import { trustedScript } from '../../util/trustedScript';
import workerUrl from './worker?worker&url';

type Factory = (appUrl: string, hasGpu: boolean) => Engine & ProxyMarked;

export interface ThreadEvents {
  readonly onBeat: () => void;
  /** It threw at its top level, sent what cannot be read, or closed itself. */
  readonly onStopped: () => void;
}

export interface EngineThread {
  readonly engine: Promise<Engine>;
  /** Ends it at once, whatever it does; nothing is heard of it afterwards. */
  end(): void;
}

/** @param appUrl where the page lies; @param hasGpu without one the engine can still open and tokenise. */
export function startThread(
  appUrl: string,
  hasGpu: Promise<boolean>,
  { onBeat, onStopped }: ThreadEvents,
): EngineThread {
  const name = `loci-engine-${Math.random().toString(36).slice(2)}`;
  const worker = new Worker(trustedScript(workerUrl), { type: 'module', name });
  const listening = new AbortController();
  const { signal } = listening;
  const stopped = (event?: Event): void => {
    // The page says what happened; an error of the page itself it is not.
    event?.preventDefault();
    if (!signal.aborted) onStopped();
  };
  worker.addEventListener('error', stopped, { signal });
  worker.addEventListener('messageerror', stopped, { signal });
  let isHeard = false;
  const heard = ({ data }: MessageEvent): void => {
    if (data !== BEAT) return;
    onBeat();
    if (isHeard) return;
    isHeard = true;
    // Nothing tells a page that a worker closed itself, but for the lock that it held.
    navigator.locks?.request(name, { signal }, () => stopped()).catch(() => undefined);
  };
  worker.addEventListener('message', heard, { signal });
  const create = wrap<Factory>(worker);
  return {
    // Comlink's view of an engine: callbacks that are marked cross over, and everything is asynchronous anyway.
    engine: hasGpu.then((has) => create(appUrl, has)) as unknown as Promise<Engine>,
    end: () => {
      listening.abort();
      worker.terminate();
    },
  };
}
