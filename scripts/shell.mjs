/** Runs programs. Node built-ins only: this file is used before anything is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Path of a program that npm has installed. */
export const bin = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

const options = (extra) => ({ cwd: root, shell: process.platform === 'win32', ...extra });

/** Runs a program to its end and shows its output; true if it succeeded. `timeout` in ms. */
export function run(command, args, { env, timeout, stdio = 'inherit' } = {}) {
  const result = spawnSync(command, args, options({ stdio, timeout, env: { ...process.env, ...env } }));
  return result.status === 0;
}

/** Runs a program and returns its output; null if it failed or does not exist. */
export function read(command, args) {
  const result = spawnSync(command, args, options({ encoding: 'utf8', timeout: 20_000 }));
  return result.status === 0 ? result.stdout : null;
}

/** Starts a program without waiting for it. */
export function launch(command, args) {
  const child = spawn(command, args, options({ stdio: 'ignore', detached: true }));
  child.on('error', () => {});
  child.unref();
}

/** Ends the script with one sentence. */
export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
