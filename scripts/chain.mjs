/**
 * The longest import chain of `src`: from a file through its imports, including types, to one that
 * imports nothing. A reader who follows a value passes through at most this many files. Tests and
 * dynamic imports do not count.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './shell.mjs';

/** Files in the longest chain. */
const MOST = 25;

const isTest = (path) => /\.test\.tsx?$|\/testing(\/|\.tsx?$)/.test(path);

/** Paths, relative to the root, of the product's files below a folder. */
export function productFiles(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !isTest(path));
}

/** The product's files, each with the files that it imports. */
function importGraph() {
  return new Map(productFiles('src').map((path) => [path, importsOf(path)]));
}

function importsOf(path) {
  const statements = readFileSync(join(root, path), 'utf8').matchAll(
    /^(?:im|ex)port [^;]*?from '(\.[^']*)';/gm,
  );
  return [...statements].flatMap(([, name]) => {
    const base = join(dirname(path), name);
    const found = [`${base}.ts`, `${base}.tsx`, join(base, 'index.ts')].find((file) =>
      existsSync(join(root, file)),
    );
    return found && !isTest(found) ? [found] : [];
  });
}

/** The longest chain of an acyclic graph, first file first. */
function longestChain(graph) {
  const known = new Map();
  const from = (file) => {
    const found = known.get(file);
    if (found) return found;
    const below = (graph.get(file) ?? []).map(from).reduce((a, b) => (b.length > a.length ? b : a), []);
    const chain = [file, ...below];
    known.set(file, chain);
    return chain;
  };
  return [...graph.keys()].map(from).reduce((a, b) => (b.length > a.length ? b : a), []);
}

/** Prints the longest chain; returns whether it is short enough. */
export function checkChain() {
  const chain = longestChain(importGraph());
  console.log(`longest import chain: ${chain.length} files, at most ${MOST}\n  ${chain.join('\n  ')}`);
  return chain.length <= MOST;
}
