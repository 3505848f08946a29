/**
 * Orders of estimated patches on Atlas's held-out prompts, beside measured and trivial ones, and
 * those of shuffled weights: the tables of docs/activation-patching.md.
 */
import { join } from 'node:path';
import { adapterEnvironment, NO_ADAPTER } from './node-adapter.mjs';
import { bin, fail, root, run } from './shell.mjs';

const folder = join(root, '.cache', 'rankings');

export async function measureRankings() {
  const build = ['build', '--ssr', 'bench/rankings.ts', '--outDir', folder, '--logLevel', 'error'];
  const env = (await adapterEnvironment()) ?? fail(NO_ADAPTER);
  if (!run(bin('vite'), build) || !run(process.execPath, [join(folder, 'rankings.js')], { env }))
    fail('measure: rankings were not measured, see above.');
}
