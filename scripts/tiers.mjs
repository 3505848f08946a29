/**
 * The tiers of `npm test`, in order, of `npm run test:long` and of `npm run test:real`. Each runs
 * to its end and reports how many test cases passed and failed; `named` lists those that failed, and
 * `notRun` says why it did not run.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { checkBundleSize } from './bundle-size.mjs';
import { checkChain } from './chain.mjs';
import { checkDocs } from './doc-links.mjs';
import { playwrightFailures, vitestFailures } from './failures.mjs';
import { checkLock } from './lock.mjs';
import { fuzz, missedBySelfTest } from './fuzzRun.mjs';
import { checkShape } from './shape.mjs';
import { bin, root, run } from './shell.mjs';

const reports = join(root, '.cache', 'tests');

/** Static checks and steps count as one case. */
const step = (passed) => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 });

export const tiers = {
  style: {
    title: 'format and lint',
    run: () => step(run(bin('biome'), ['check', '--error-on-warnings', '.'])),
  },
  types: { title: 'types', run: () => step(run(bin('tsc'), ['--noEmit'])) },
  imports: {
    title: 'import direction and cycles',
    run: () => step(run(bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'lab', 'e2e'])),
  },
  chain: { title: 'longest import chain', run: () => step(checkChain()) },
  shape: { title: 'the forward pass stays easy to read', run: () => step(checkShape()) },
  dead: { title: 'dead code', run: () => step(run(bin('knip'), ['--no-progress'])) },
  docs: { title: 'documentation links', run: () => step(checkDocs()) },
  lock: { title: 'lock file', run: () => step(checkLock()) },
  // Vitest reserves a core for its watcher, which is not running.
  unit: { title: 'unit', run: () => vitest('unit', {}, ['--project=unit-alone', '--maxWorkers=100%']) },
  fuzz: { title: 'mutated inputs', run: mutatedInputs },
  gpu: { title: 'gpu', browser: true, run: (chromium) => gpu(chromium) },
  build: { title: 'build', run: () => step(build()) },
  e2e: { title: 'end to end', browser: true, run: playwright },
  size: { title: 'bundle size', run: () => step(checkBundleSize()) },
  long: { title: 'long', run: () => vitest('long', {}, ['--maxWorkers=100%']) },
  gpuLong: { title: 'gpu, long', browser: true, run: (chromium) => gpu(chromium, 'gpu-long') },
  real: { title: 'real models', browser: true, run: realModels },
};

export const groups = {
  check: ['style', 'types', 'imports', 'chain', 'shape', 'dead', 'docs', 'lock'],
  unit: ['unit'],
  fuzz: ['fuzz'],
  gpu: ['gpu'],
  e2e: ['build', 'e2e'],
  long: ['long', 'gpuLong'],
  real: ['real'],
  // The two halves of `npm test`, about equally long, which run side by side: each alone leaves
  // a third of two cores idle, because pages wait and one thread drives the software adapter.
  code: ['style', 'types', 'imports', 'chain', 'shape', 'dead', 'docs', 'lock', 'unit', 'fuzz', 'gpu'],
  page: ['build', 'e2e', 'size'],
};
export const HALVES = ['code', 'page'];

function vitest(project, env = {}, more = []) {
  const report = freshReport(project);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', ...more];
  const ok = run(bin('vitest'), [...args, `--outputFile.json=${report}`], { env });
  const counts = readJson(report);
  const { passed, failed } = tally(
    ok,
    counts && { passed: counts.numPassedTests, failed: counts.numFailedTests },
  );
  return { passed, failed, named: counts ? vitestFailures(counts) : [] };
}

async function gpu(chromium, project = 'gpu') {
  const { findAdapter } = await import('./adapter.mjs');
  const adapter = await findAdapter(chromium);
  if (!adapter) {
    console.error(
      `gpu: no WebGPU adapter, got none from ${chromium}, expected a graphics card or SwiftShader. Install a ` +
        'current Chrome or Chromium (Debian: apt-get install chromium), or set LOCI_CHROMIUM to one.',
    );
    return step(false);
  }
  console.log(`adapter: ${adapter}`);
  return vitest(project);
}

/**
 * Real pretrained models in Node. They need a network, so this is the one tier that may not run.
 */
async function realModels() {
  const { fetchModels } = await import('./fetch-models.mjs');
  const problem = await fetchModels();
  if (problem) return { passed: 0, failed: 0, notRun: problem };
  const { adapterEnvironment, NO_ADAPTER } = await import('./node-adapter.mjs');
  const env = await adapterEnvironment();
  if (env) return vitest('real', env);
  console.error(`${NO_ADAPTER}.`);
  return step(false);
}

/** Also runs a parser that misbehaves, to check that the harness detects it. */
async function mutatedInputs() {
  const [missed, { passed, failed }] = await Promise.all([missedBySelfTest(), fuzz({ cases: 300, seed: 1 })]);
  for (const sentence of missed) console.error(sentence);
  return { passed, failed: failed + missed.length };
}

function playwright() {
  const report = freshReport('e2e');
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const ok = run(bin('playwright'), ['test', '--reporter=list,json'], { env });
  const read = readJson(report);
  const stats = read?.stats;
  const { passed, failed } = tally(
    ok,
    stats && { passed: stats.expected + stats.flaky, failed: stats.unexpected },
  );
  return { passed, failed, named: read ? playwrightFailures(read) : [] };
}

/** A runner that fails outside its tests counts as one failure; so does a tier without tests. */
function tally(ok, counts) {
  const { passed, failed } = counts ?? { passed: 0, failed: 0 };
  return { passed, failed: failed === 0 && (!ok || passed === 0) ? 1 : failed };
}

function freshReport(name) {
  mkdirSync(reports, { recursive: true });
  const file = join(reports, `${name}.json`);
  rmSync(file, { force: true });
  return file;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
