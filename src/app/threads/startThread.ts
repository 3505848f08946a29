/** Starts the thread of a tokenizer in a browser, from the engine's own. */
import type { StartThread } from '../../load/tokenizer/connection';
import { trustedScript } from '../../util/trustedScript';
import threadUrl from './tokenizerThread?worker&url';

export const startThread: StartThread = (hear, fail) => {
  const worker = new Worker(trustedScript(threadUrl), { type: 'module' });
  worker.addEventListener('message', ({ data }) => hear(data));
  worker.addEventListener('error', (event) => {
    // Reported by the call that waits; the engine's own thread is sound.
    event.preventDefault();
    fail(event.message || 'its script could not be read');
  });
  return { post: (request) => worker.postMessage(request), end: () => worker.terminate() };
};
