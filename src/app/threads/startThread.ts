/** Starts a tokenizer's thread in a browser, from the engine's thread. */
import type { StartThread } from '../../load/tokenizer/connection';
import { trustedScript } from '../../util/trustedScript';
import threadUrl from './tokenizerThread?worker&url';

export const startThread: StartThread = (hear, fail) => {
  const worker = new Worker(trustedScript(threadUrl), { type: 'module' });
  worker.addEventListener('message', ({ data }) => hear(data));
  worker.addEventListener('error', (event) => {
    // The waiting call reports it; the engine's thread is fine.
    event.preventDefault();
    fail(event.message || 'its script could not be read');
  });
  return { post: (request) => worker.postMessage(request), end: () => worker.terminate() };
};
