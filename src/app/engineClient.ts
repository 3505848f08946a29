/** The engine as the page sees it: the same interface, across a worker. */
import type { ResultDocument } from '../results/document';
import { proxy, type ProxyMarked, type Remote, wrap } from 'comlink';
import type { Engine, Generation } from '../engine/api';
import { trustedScript } from '../util/trustedScript';
import workerUrl from './worker?worker&url';

type Factory = (appUrl: string, hasGpu: boolean) => Engine & ProxyMarked;

/**
 * Starts the worker. Calls wait for it; a worker that cannot start rejects them.
 * @param appUrl where the page lies; @param hasGpu without one the engine can still open and tokenise.
 */
export function createEngineClient(appUrl: string, hasGpu: Promise<boolean>): Engine {
  const worker = new Worker(trustedScript(workerUrl), { type: 'module' });
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(new Error(`engine: its worker stopped, got '${event.message}'. Reload the page.`));
    });
  });
  failed.catch(() => undefined);
  const create = wrap<Factory>(worker);
  const engine = hasGpu.then((has) => create(appUrl, has)) as unknown as Promise<Remote<Engine>>;
  const call = async <T>(ask: (engine: Remote<Engine>) => Promise<T>): Promise<T> =>
    Promise.race([engine.then(ask), failed]);
  return {
    environment: () => call((remote) => remote.environment()),
    preview: (source) => call((remote) => remote.preview(source)),
    open: (source, onProgress, options) =>
      call((remote) => remote.open(source, onProgress && proxy(onProgress), options)),
    cancelOpen: () => call((remote) => remote.cancelOpen()),
    storage: () => call((remote) => remote.storage()),
    deleteStored: (keys) => call((remote) => remote.deleteStored(keys)),
    chat: (prompt) => call((remote) => remote.chat(prompt)),
    embedding: (tokens) => call((remote) => remote.embedding(tokens)),
    tokenize: (text, bos) => call((remote) => remote.tokenize(text, bos)),
    decode: (ids) => call((remote) => remote.decode(ids)),
    predict: (tokens, k) => call((remote) => remote.predict(tokens, k)),
    capture: (request) => call((remote) => remote.capture(request)),
    lens: (tokens) => call((remote) => remote.lens(tokens)),
    firstPrompt: (runId) => call((remote) => remote.firstPrompt(runId)),
    notices: (question) => call((remote) => remote.notices(question)),
    whyUnfit: (kind, set) => call((remote) => remote.whyUnfit(kind, set)),
    resolve: (question) => call((remote) => remote.resolve(question)),
    estimate: (...asked) => call((remote) => remote.estimate(...asked)),
    run: (runId, spec, onEvent) =>
      call<ResultDocument>((remote) => remote.run(runId, spec, onEvent && proxy(onEvent))),
    tighten: (runId, request, onEvent) =>
      call<ResultDocument>((remote) => remote.tighten(runId, request, onEvent && proxy(onEvent))),
    estimateTighten: (request) => call((remote) => remote.estimateTighten(request)),
    answerWithCuts: (request) => call((remote) => remote.answerWithCuts(request)),
    measureEdges: (request) => call((remote) => remote.measureEdges(request)),
    generate: (runId, request, onToken) =>
      call<Generation>((remote) => remote.generate(runId, request, onToken && proxy(onToken))),
    cancel: (runId) => call((remote) => remote.cancel(runId)),
    verify: (tokens, against) => call((remote) => remote.verify(tokens, against)),
    exportOnnx: () => call((remote) => remote.exportOnnx()),
    loseDevice: () => call((remote) => remote.loseDevice()),
    close: () => call((remote) => remote.close()),
  };
}
