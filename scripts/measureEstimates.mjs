/** Estimated and real seconds of traces on this machine's adapter. */
import { join } from 'node:path';
import { adapterEnvironment, NO_ADAPTER } from './node-adapter.mjs';
import { bin, fail, root, run } from './shell.mjs';

const folder = join(root, '.cache', 'estimates');

export async function measureEstimates() {
  const build = ['build', '--ssr', 'bench/estimates.ts', '--outDir', folder, '--logLevel', 'error'];
  const env = (await adapterEnvironment()) ?? fail(NO_ADAPTER);
  if (!run(bin('vite'), build) || !run(process.execPath, [join(folder, 'estimates.js')], { env }))
    fail('measure: estimates were not measured, see above.');
}
