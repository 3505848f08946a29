/**
 * Installs the packages if they are missing or differ from package-lock.json. Node built-ins only.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root, run } from './shell.mjs';

const oldestNode = [20, 19];

export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    fail(
      `node: too old, got ${process.versions.node}, expected ${oldestNode.join('.')} or newer. ` +
        'Install a current Node.js from https://nodejs.org.',
    );
  }
  if (isInstalled()) return;
  console.log('Installing packages (npm ci)');
  // Installs exactly the locked versions, verified by hash; cached packages need no network.
  if (!run('npm', ['ci', '--prefer-offline', '--no-fund', '--no-audit', '--loglevel=error'])) {
    fail('install: npm ci failed, see above. Check the network and run the command again.');
  }
}

/** npm keeps a copy of the installed lock file, without packages for other systems. */
function isInstalled() {
  const wanted = packages(join(root, 'package-lock.json'));
  const present = packages(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      path === '' || optional || link || present[path]?.version === version,
  );
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}
