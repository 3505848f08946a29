/**
 * How often 95 % intervals cover the truth, how wide they are, and how often they exclude 0: the
 * tables of docs/statistics.md. `node coverage.js [resamples]`, seeded.
 */
import { clusters, draws, ratiosAndDivergences } from './coverage/madeUp';
import { hatched, logs, peaks, probabilities } from './coverage/ofPool';
import { readPool } from './coverage/pool';

const resamples = Number(process.argv[2] ?? 4000);
const pool = readPool();
const parts: readonly [string, () => string][] = [
  ['Draws of a real fact, in p', () => probabilities(pool, resamples)],
  ['Draws of a real fact, in log p (t)', () => logs(pool, resamples)],
  ['Hatching', () => hatched(pool, resamples)],
  ['The named peak (max-t, log p)', () => peaks(pool, resamples)],
  ['Made-up draws', () => draws(resamples)],
  ['Prompts in clusters (mean over prompts)', () => clusters(resamples)],
  ['Ratios (Fieller) and divergences', () => ratiosAndDivergences(resamples)],
];
for (const [title, part] of parts)
  process.stdout.write(`## ${title}, ${resamples} resamples\n\n${part()}\n\n`);
