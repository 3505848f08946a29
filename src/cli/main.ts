/**
 * The command line's entry; `scripts/loci.mjs` builds and starts it. A tokenizer's thread is this file once more, so the
 * build has one entry.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) await (await import('./command')).runCommand(new URL(import.meta.url));
else (await import('./tokenizerThread')).serveParent();
