/**
 * Simulates coverage and width of every kind of interval: the tables of docs/statistics.md. Takes
 * minutes, needs no adapter.
 */
import { join } from 'node:path';
import { bin, fail, root, run } from './shell.mjs';

const folder = join(root, '.cache', 'coverage');

export function measureCoverage() {
  const built = run(bin('vite'), [
    'build',
    '--ssr',
    'bench/coverage.ts',
    '--outDir',
    folder,
    '--logLevel',
    'error',
  ]);
  if (!built || !run(process.execPath, [join(folder, 'coverage.js')]))
    fail('measure: coverage was not measured, see above.');
}
