/**
 * Checks that every relative link in the Markdown pages leads to a file, that every `npm run`
 * command exists, and that the table in SECURITY.md matches the fuzz targets.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { securityProblems } from './security-table.mjs';
import { root } from './shell.mjs';

/** Prints the problems; returns true if there are none. */
export function checkDocs() {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const pages = [...markdown('.', false), ...markdown('docs', true)];
  const inPages = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, path]) => path);
    const commands = [...text.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name);
    return [
      ...links
        .filter((path) => !existsSync(join(root, dirname(page), path)))
        .map((path) => `${page}: the link leads nowhere, got '${path}', expected a file of this project.`),
      ...commands
        .filter((name) => !scripts[name])
        .map((name) => `${page}: no such script, got 'npm run ${name}', expected one of package.json's.`),
    ];
  });
  const problems = [...inPages, ...securityProblems()];
  for (const problem of problems) console.error(problem);
  console.log(`${pages.length} pages checked`);
  return problems.length === 0;
}

function markdown(folder, recursive) {
  return readdirSync(join(root, folder), { recursive })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}
