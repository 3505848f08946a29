/**
 * Measures the JavaScript that a first visit must load before the page is interactive: the modules
 * named in dist/index.html and their static imports, gzipped. The worker and lazy chunks load later
 * and are printed separately.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './shell.mjs';

const limit = 200 * 1024;
const dist = join(root, 'dist');

/** Prints the table; returns true if the first load is within the limit. */
export function checkBundleSize() {
  const first = firstLoad();
  const later = scripts(dist).filter((file) => !first.has(file));
  const total = print('first load', [...first]);
  print('later (worker, lazy)', later);
  console.log(`first load ${kilobytes(total)} gzipped, limit ${kilobytes(limit)}`);
  if (first.size === 0) console.error('bundle size: dist/index.html names no script. Build the page first.');
  return first.size > 0 && total <= limit;
}

function firstLoad() {
  const index = join(dist, 'index.html');
  const html = existsSync(index) ? readFileSync(index, 'utf8') : '';
  const found = new Set();
  const visit = (file) => {
    if (found.has(file)) return;
    found.add(file);
    const code = readFileSync(file, 'utf8');
    for (const [, path] of code.matchAll(/\b(?:from|import)\s*["'](\.{1,2}\/[^"']+\.js)["']/g)) {
      visit(resolve(file, '..', path));
    }
  };
  for (const [, path] of html.matchAll(/(?:src|href)="([^":]+\.js)"/g)) {
    visit(join(dist, path.replace(/^\//, '')));
  }
  return found;
}

function scripts(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name));
}

function print(title, files) {
  const sizes = files.map((file) => [relative(dist, file), gzipSync(readFileSync(file)).length]);
  for (const [name, size] of sizes.sort((a, b) => b[1] - a[1])) {
    console.log(`  ${kilobytes(size).padStart(9)}  ${name}  (${title})`);
  }
  return sizes.reduce((sum, [, size]) => sum + size, 0);
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
