/**
 * The command line: builds src/cli if a source is newer than the last build, finds a WebGPU
 * adapter, and runs it. Installs nothing.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { adapterEnvironment, NO_ADAPTER } from './node-adapter.mjs';
import { bin, fail, root, run } from './shell.mjs';

const args = process.argv.slice(2);
const bundle = join(root, '.cache', 'cli');
const inputs = ['src', 'shaders', 'package.json', 'package-lock.json', 'vite.config.ts'];

if (!existsSync(join(root, 'node_modules', 'vite'))) {
  fail('loci: the packages are missing, got no node_modules/vite. Run npm install (or npm start) first.');
}
// Finding an adapter takes time and starts processes.
const adapter = needsAdapter() ? adapterEnvironment() : {};
if (!isBuilt()) buildBundle();
const env = (await adapter) ?? fail(`${NO_ADAPTER}, or use --engine reference.`);
start({ ...env, LOCI_ROOT: root, ...(needsAdapter() ? { LOCI_ADAPTER: '1' } : {}) });

function isBuilt() {
  const built = join(bundle, 'main.js');
  return (
    existsSync(built) && statSync(built).mtimeMs > Math.max(...inputs.map((name) => newest(join(root, name))))
  );
}

/**
 * Ignores tests, which are not in the bundle. Includes a folder's own time, which changes when a
 * file in it is removed.
 */
function newest(path) {
  if (/\.test\.tsx?$/.test(path) || !existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Builds into a new folder first, so that a concurrent command never sees half a build. */
function buildBundle() {
  const fresh = `${bundle}-${process.pid}`;
  mkdirSync(dirname(bundle), { recursive: true });
  const vite = ['build', '--ssr', 'src/cli/main.ts', '--outDir', fresh, '--logLevel', 'warn'];
  // stdout is reserved for the command itself.
  const ok = run(bin('vite'), vite, { stdio: ['ignore', 2, 2] });
  if (!ok) {
    rmSync(fresh, { recursive: true, force: true });
    fail('loci: the command line could not be built, see above.');
  }
  rmSync(bundle, { recursive: true, force: true });
  try {
    renameSync(fresh, bundle);
  } catch {
    // A concurrent command has just installed an equivalent build.
    rmSync(fresh, { recursive: true, force: true });
  }
}

function needsAdapter() {
  const isReference = args.some(
    (arg, i) => arg === '--engine=reference' || (arg === '--engine' && args[i + 1] === 'reference'),
  );
  const onEngine = ['trace', 'run', 'generate', 'verify', 'activations', 'gradients', 'lens'];
  const isShow = args[0] === 'lens' && args[1] === 'show';
  return onEngine.includes(args[0]) && !isShow && !isReference && !args.includes('--help');
}

/** Relative paths start in the user's folder; npm changes the folder and records the original. */
function start(env) {
  const cwd =
    process.env.npm_lifecycle_event === 'loci' ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
  const child = spawn(process.execPath, [join(bundle, 'main.js'), ...args], {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  // A terminal sends the signal to the child too; this process waits for it to end.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
