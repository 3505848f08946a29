/** The nets' thread, started when a net is opened. A thread that stops is replaced by the next call. */
import { proxy, type ProxyMarked, wrap } from 'comlink';
import type { NetService } from '../../engine/net/serviceApi';
import type { ModelSource } from '../../load/source';
import { trustedScript } from '../../util/trustedScript';
import workerUrl from './netWorker?worker&url';

interface Thread {
  readonly service: Promise<NetService>;
  readonly failed: Promise<never>;
}

/** `prepare` comes before all calls; the thread stops if it fails. */
function start(
  appUrl: string,
  prepare: (service: NetService) => Promise<void>,
  onStopped: () => void,
): Thread {
  const worker = new Worker(trustedScript(workerUrl), { type: 'module' });
  const stop = () => {
    worker.terminate();
    onStopped();
  };
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      // Whoever waits reports it; the page is fine.
      event.preventDefault();
      stop();
      reject(new Error(`net: its thread stopped, got '${event.message}'. Ask again.`));
    });
  });
  failed.catch(() => undefined);
  const create = wrap<(appUrl: string) => NetService & ProxyMarked>(worker);
  // Comlink's view of the service: everything is asynchronous.
  const created = create(appUrl) as unknown as Promise<NetService>;
  const service = created.then(async (ready) => {
    await prepare(ready);
    return ready;
  });
  service.catch(stop);
  return { service, failed };
}

/**
 * The service across the thread. In a thread that replaces another, the net is opened again, where it
 * was computed before.
 */
export function createNetThread(appUrl: string): NetService {
  let thread: Thread | null = null;
  let open: ModelSource | null = null;
  /** The input that showed that the graphics card agrees; null: the processor computes. */
  let onCard: Float32Array | null = null;
  async function reopen(service: NetService): Promise<void> {
    if (open) await service.open(open);
    if (onCard) await service.computeOn('webgpu', onCard);
  }
  async function call<T>(work: (service: NetService) => Promise<T>): Promise<T> {
    thread ??= start(appUrl, reopen, () => {
      thread = null;
    });
    const { service, failed } = thread;
    const ready = await Promise.race([failed, service]);
    return Promise.race([failed, work(ready)]);
  }
  return {
    async open(source, onProgress) {
      const before = { open, onCard };
      [open, onCard] = [null, null];
      try {
        const net = await call((service) => service.open(source, onProgress && proxy(onProgress)));
        open = source;
        return net;
      } catch (error) {
        ({ open, onCard } = before);
        throw error;
      }
    },
    beside: (...given) => call((service) => service.beside(...given)),
    picture: (...given) => call((service) => service.picture(...given)),
    edited: (...given) => call((service) => service.edited(...given)),
    ask: (id, question, pictures, onEvent) =>
      call((service) => service.ask(id, question, pictures, onEvent && proxy(onEvent))),
    cancel: (id) => call((service) => service.cancel(id)),
    async computeOn(provider, input) {
      // The processor needs nothing of the card, which may be what stopped the thread.
      if (provider === 'wasm') onCard = null;
      const move = await call((service) => service.computeOn(provider, input));
      onCard = provider === 'webgpu' ? input : null;
      return move;
    },
    verify: (input) => call((service) => service.verify(input)),
  };
}
