/**
 * Checks that package-lock.json has what `npm ci` needs on every system: an entry for each
 * dependency of a package, including optional ones for other systems, with its address on npm's
 * registry and its hash. npm omits entries if node_modules was installed for one system only, and
 * addresses if so configured. `node scripts/lock.mjs --write` adds the addresses. Node built-ins
 * only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './shell.mjs';

const file = join(root, 'package-lock.json');
const registry = 'https://registry.npmjs.org/';
/** Most problems shown; further ones of the same kind do not help. */
const shown = 10;

/** Prints what is missing; returns true if nothing is. */
export function checkLock() {
  const { packages } = readLock();
  const problems = lockProblems(packages);
  for (const problem of problems.slice(0, shown)) console.error(`package-lock.json: ${problem}.`);
  if (problems.length > 0) {
    console.error(
      `${problems.length} problems. Addresses: run 'node scripts/lock.mjs --write'. Entries: delete node_modules, ` +
        "run 'npm install --package-lock-only', then the same.",
    );
  }
  console.log(`${Object.keys(packages).length} entries checked`);
  return problems.length === 0;
}

/** Reasons why `npm ci` would fail on some system, one sentence each. */
export function lockProblems(packages) {
  return Object.entries(packages).flatMap(([path, entry]) => {
    const missing = Object.entries(needs(path, entry)).flatMap(([name, version]) => {
      const found = packages[nearest(packages, path, name)];
      // Binaries are pinned to exact versions; ranges are left to npm.
      const isRight = found && (!/^\d+\.\d+\.\d+[\w.-]*$/.test(version) || found.version === version);
      return isRight ? [] : [`no entry for ${name} ${version}, which ${path || 'package.json'} needs`];
    });
    return path === '' ? missing : [...missing, ...sourceProblems(path, entry)];
  });
}

function sourceProblems(path, { resolved, integrity }) {
  return [
    ...(resolved?.startsWith(registry)
      ? []
      : [`${path} has no address, got ${resolved}, expected one of ${registry}`]),
    ...(/^sha512-/.test(integrity) ? [] : [`${path} has no hash, got ${integrity}, expected sha512`]),
  ];
}

/** Names and versions of a package's dependencies. */
function needs(path, entry) {
  const peers = Object.entries(entry.peerDependencies ?? {}).filter(
    ([name]) => !entry.peerDependenciesMeta?.[name]?.optional,
  );
  return {
    ...Object.fromEntries(peers),
    ...(path === '' ? entry.devDependencies : {}),
    ...entry.dependencies,
    ...entry.optionalDependencies,
  };
}

/** Where Node resolves the package `name` from `path`. */
function nearest(packages, path, name) {
  const here = `${path === '' ? '' : `${path}/`}node_modules/${name}`;
  if (packages[here] || path === '') return here;
  return nearest(packages, path.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''), name);
}

/** Adds the address of each package to the lock file's entries. */
export function withAddresses(packages) {
  return Object.fromEntries(
    Object.entries(packages).map(([path, entry]) => {
      if (path === '' || entry.resolved) return [path, entry];
      const name = entry.name ?? path.replace(/^.*node_modules\//, '');
      const { version, ...rest } = entry;
      const resolved = `${registry}${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`;
      return [path, { version, resolved, ...rest }];
    }),
  );
}

function readLock() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) {
    const lock = readLock();
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: withAddresses(lock.packages) }, null, 2)}\n`);
  }
  process.exit(checkLock() ? 0 : 1);
}
