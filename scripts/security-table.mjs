/** Checks SECURITY.md's table of inputs: its rows and the fuzz targets must match. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './shell.mjs';

const COLUMN = 'fuzz target';

/** One sentence per problem. */
export function securityProblems() {
  const path = join(root, 'SECURITY.md');
  if (!existsSync(path))
    return [`SECURITY.md: is missing, expected a table of inputs with a column '${COLUMN}'.`];
  const tables = readFileSync(path, 'utf8').split(/\n(?!\|)/);
  const table = tables.find((lines) => cellsOf(lines.trim().split('\n')[0]).includes(COLUMN));
  if (!table) return [`SECURITY.md: has no table with a column '${COLUMN}', expected one of all inputs.`];
  const [head, , ...rows] = table.trim().split('\n').map(cellsOf);
  const column = head.indexOf(COLUMN);
  const targets = targetNames();
  const named = new Set();
  const problems = [];
  for (const cells of rows) {
    const names = [...(cells[column] ?? '').matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
    if (names.length === 0)
      problems.push(`SECURITY.md: '${cells[0]}': names no fuzz target, expected one in backquotes.`);
    for (const name of names) {
      named.add(name);
      if (!targets.includes(name))
        problems.push(
          `SECURITY.md: '${cells[0]}': no such fuzz target, got '${name}', expected one of fuzz/targets.`,
        );
    }
  }
  const missing = targets.filter((name) => !named.has(name));
  return [
    ...problems,
    ...missing.map((name) => `SECURITY.md: the fuzz target '${name}' has no row in the table of inputs.`),
  ];
}

/** Read from the source, so that no build is needed. */
function targetNames() {
  const source = readFileSync(join(root, 'fuzz', 'targets', 'index.ts'), 'utf8');
  return [...source.matchAll(/^ {2}'?([\w-]+)'?: async \(\) =>/gm)].map(([, name]) => name);
}

const cellsOf = (line) =>
  line
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
