/**
 * The command line's entry; `scripts/loci.mjs` builds and starts it. A tokenizer's thread is this file once more, so the
 * build has one entry.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  // The device opens and kernels compile while the rest is read.
  const ahead = process.env.LOCI_ADAPTER ? (await import('../engine/ahead')).openAhead() : null;
  await (await import('./command')).runCommand(new URL(import.meta.url), ahead);
} else (await import('./tokenizerThread')).serveParent();
