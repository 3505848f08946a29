/** One worker with the engine: its beats and its end. */
import { type ProxyMarked, wrap } from 'comlink';
import type { Engine } from '../../engine/api';
import { BEAT } from './beat';
import { trustedScript } from '../../util/trustedScript';
import workerUrl from './worker?worker&url';

type Factory = (appUrl: string, hasGpu: boolean) => Engine & ProxyMarked;

export interface ThreadEvents {
  readonly onBeat: () => void;
  /** It threw at top level, sent an unreadable message, or closed itself. */
  readonly onStopped: () => void;
}

export interface EngineThread {
  readonly engine: Promise<Engine>;
  /** Ends it at once; ignores later messages. */
  end(): void;
}

/** @param appUrl the page's address; @param hasGpu without one, opens and tokenises only. */
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
    // The page reports it; it is not an error of the page.
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
    // Only its lock reveals that a worker closed itself.
    navigator.locks?.request(name, { signal }, () => stopped()).catch(() => undefined);
  };
  worker.addEventListener('message', heard, { signal });
  const create = wrap<Factory>(worker);
  return {
    // Comlink's view of an engine: marked callbacks cross over, and everything is asynchronous.
    engine: hasGpu.then((has) => create(appUrl, has)) as unknown as Promise<Engine>,
    end: () => {
      listening.abort();
      worker.terminate();
    },
  };
}
