/** A tokenizer's thread in Node. */
import { parentPort, type ResourceLimits, Worker } from 'node:worker_threads';
import type { StartThread } from '../load/tokenizer/connection';
import { serveTokenizer } from '../load/tokenizer/serve';

/** Memory limit of a thread; with Gemma 3's 262 thousand tokens the whole command takes 320 MB. */
const LIMITS = { maxOldGenerationSizeMb: 1024 };

/** `entry`: a script that calls `serveParent`. Only the thread ends if it exceeds `limits`. */
export const threadOf =
  (entry: URL, limits: ResourceLimits = LIMITS): StartThread =>
  (hear, fail) => {
    const worker = new Worker(entry, { resourceLimits: limits });
    // An idle thread does not keep the program alive; a pending request does, through its watchdog.
    worker.unref();
    worker.on('message', hear);
    worker.on('error', (error) => fail(error.message));
    worker.on('exit', (code) => fail(`exit code ${code}`));
    return { post: (request) => worker.postMessage(request), end: () => void worker.terminate() };
  };

/** Runs in the thread. */
export function serveParent(): void {
  const serve = serveTokenizer((reply) => parentPort!.postMessage(reply));
  parentPort!.on('message', serve);
}
