/**
 * The command line's entry; `scripts/loci.mjs` builds and starts it. Tokenizer threads run this
 * file too, so that the build has a single entry.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  // Opens the device and compiles kernels while the rest loads.
  const ahead = process.env.LOCI_ADAPTER ? (await import('../engine/ahead')).openAhead() : null;
  await (await import('./command')).runCommand(new URL(import.meta.url), ahead);
} else (await import('./tokenizerThread')).serveParent();
