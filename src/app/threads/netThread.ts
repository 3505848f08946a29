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

function start(appUrl: string, onStopped: () => void): Thread {
  const worker = new Worker(trustedScript(workerUrl), { type: 'module' });
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      // Whoever waits reports it; the page is fine.
      event.preventDefault();
      worker.terminate();
      onStopped();
      reject(new Error(`net: its thread stopped, got '${event.message}'. Ask again.`));
    });
  });
  failed.catch(() => undefined);
  const create = wrap<(appUrl: string) => NetService & ProxyMarked>(worker);
  // Comlink's view of the service: everything is asynchronous.
  return { service: create(appUrl) as unknown as Promise<NetService>, failed };
}

/** The service across the thread. The open net is opened again in a thread that replaces another. */
export function createNetThread(appUrl: string): NetService {
  let thread: Thread | null = null;
  let open: ModelSource | null = null;
  async function call<T>(work: (service: NetService) => Promise<T>): Promise<T> {
    const isNew = thread === null;
    thread ??= start(appUrl, () => {
      thread = null;
    });
    const { service, failed } = thread;
    const ready = await Promise.race([failed, service]);
    if (isNew && open) await Promise.race([failed, ready.open(open)]);
    return Promise.race([failed, work(ready)]);
  }
  return {
    async open(source, onProgress) {
      const before = open;
      open = null;
      try {
        const net = await call((service) => service.open(source, onProgress && proxy(onProgress)));
        open = source;
        return net;
      } catch (error) {
        open = before;
        throw error;
      }
    },
    beside: (...given) => call((service) => service.beside(...given)),
    picture: (...given) => call((service) => service.picture(...given)),
    edited: (...given) => call((service) => service.edited(...given)),
    ask: (id, question, pictures, onEvent) =>
      call((service) => service.ask(id, question, pictures, onEvent && proxy(onEvent))),
    cancel: (id) => call((service) => service.cancel(id)),
    verify: (input) => call((service) => service.verify(input)),
  };
}
