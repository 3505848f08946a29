/** Builds the page into dist/ if a source file is newer than the last build. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bin, fail, root, run } from './shell.mjs';

const inputs = [
  'index.html',
  'embed.html',
  'vite.config.ts',
  'package-lock.json',
  'tsconfig.json',
  'LICENSE',
  'scripts',
  'src',
  'shaders',
  'public',
];

export function ensureBuilt() {
  const built = join(root, 'dist', 'index.html');
  const newest = Math.max(...inputs.map((name) => newestTime(join(root, name))));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  if (!build()) fail('build: vite build failed, see above.');
}

/** Returns true if it succeeded. */
export function build() {
  return run(bin('vite'), ['build', '--logLevel', 'error']);
}

/** Includes a folder's own time, which changes when a file in it is removed. */
function newestTime(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestTime(join(path, name))));
}
