/**
 * The longest import chain of `src`: from a file through what it imports, values only, to one that imports nothing. A
 * reader who follows a value passes no more files than that. Tests and imports on demand do not count.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './shell.mjs';

/** Files in the longest chain. */
const MOST = 25;

const src = join(root, 'src');
const isTest = (path) => /\.test\.tsx?$|\/testing(\/|\.tsx?$)/.test(path);

/** Product files by path from the root, with the product files that each imports for their values. */
export function importGraph() {
  const files = readdirSync(src, { recursive: true })
    .map((name) => join(src, name))
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !isTest(path));
  return new Map(files.map((path) => [relative(root, path), importsOf(path)]));
}

function importsOf(path) {
  const statements = readFileSync(path, 'utf8').matchAll(
    /^(?:import|export) (?!type )[^;]*?from '(\.[^']*)';/gm,
  );
  return [...statements].flatMap(([, name]) => {
    const base = join(dirname(path), name);
    const found = [`${base}.ts`, `${base}.tsx`, join(base, 'index.ts')].find(existsSync);
    return found && !isTest(found) ? [relative(root, found)] : [];
  });
}

/** The longest chain of a graph without loops, its first file first. */
export function longestChain(graph) {
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

/** Whether the longest chain is short enough; prints it. */
export function checkChain() {
  const chain = longestChain(importGraph());
  console.log(`longest import chain: ${chain.length} files, at most ${MOST}\n  ${chain.join('\n  ')}`);
  return chain.length <= MOST;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exit(checkChain() ? 0 : 1);
