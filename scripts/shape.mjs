/**
 * Keeps `src/forward` easy to read: files of at most 250 lines, functions of at most five
 * parameters, no inheritance.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { productFiles } from './chain.mjs';
import { root } from './shell.mjs';

const MOST_LINES = 250;
const MOST_PARAMETERS = 5;

/** One sentence per problem. */
export function shapeProblems() {
  return productFiles('src/forward/').flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const lines = text.split('\n').length - 1;
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const found = lines > MOST_LINES ? [`${path}: got ${lines} lines, expected at most ${MOST_LINES}.`] : [];
    const look = (node) => {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      if (ts.isFunctionLike(node) && node.parameters.length > MOST_PARAMETERS)
        found.push(
          `${path}:${line}: got ${node.parameters.length} parameters, expected at most ${MOST_PARAMETERS}. Pass an object.`,
        );
      if (
        ts.isClassLike(node) &&
        node.heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
      )
        found.push(`${path}:${line}: a class extends another, expected functions over a context.`);
      ts.forEachChild(node, look);
    };
    look(source);
    return found;
  });
}

/** Prints the problems; returns true if there are none. */
export function checkShape() {
  const problems = shapeProblems();
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}
