/** Builds bench/host.ts from this tree, or from an earlier commit with this benchmark's files. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fail, root } from './shell.mjs';

/** The benchmark's files outside the product. */
const OVERLAY = [
  'bench/host.ts',
  'bench/host',
  'src/gpu/testing',
  'src/engine/testing/stubModel.ts',
  'src/engine/testing/stubQuestions.ts',
  'src/engine/testing/traceFormula.ts',
  'src/experiments/graph/testing/wave.ts',
];

/** Path of the built program. `commit` null: this tree. */
export async function buildHost(commit) {
  const name = commit ?? 'now';
  const outDir = join(root, '.cache', 'host', name);
  if (commit === null) return bundle(root, outDir);
  const tree = join(root, '.cache', 'host', `${name}-tree`);
  checkOut(commit, tree);
  try {
    return await bundle(tree, outDir);
  } finally {
    git(['worktree', 'remove', '--force', tree]);
  }
}

function checkOut(commit, tree) {
  if (existsSync(tree)) git(['worktree', 'remove', '--force', tree]);
  if (!git(['worktree', 'add', '--detach', tree, commit]))
    fail(`measure: cannot check out, got '${commit}', expected a commit of this repository.`);
  for (const path of OVERLAY) {
    rmSync(join(tree, path), { recursive: true, force: true });
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    cpSync(join(root, path), join(tree, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
}

function git(args) {
  return spawnSync('git', args, { cwd: root, stdio: 'ignore' }).status === 0;
}

async function bundle(tree, outDir) {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: tree,
    logLevel: 'error',
    plugins: [resolving(tree)],
    build: { ssr: join(tree, 'bench/host.ts'), outDir, emptyOutDir: true, target: 'es2023' },
  });
  return join(outDir, 'host.js');
}

/** Former locations of files, for earlier commits. */
const EARLIER = [
  [/(src\/forward)\/\w+\//, '$1/'],
  [/(src\/engine\/backend)s$/, '$1'],
];

/**
 * Redirects imports of the planner from src/ to the wrapper that times it, and finds moved files at
 * their former locations.
 */
function resolving(tree) {
  const seam = join(tree, 'bench/host/planSeam.ts');
  return {
    name: 'host-yardstick',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!importer || !source.startsWith('.') || !/forward|plan$|backends$/.test(source)) return null;
      const asked = resolve(dirname(importer), source);
      const path = [asked, ...EARLIER.map(([now, then]) => asked.replace(now, then))]
        .map((path) => `${path}.ts`)
        .find((path) => existsSync(path));
      if (!path) return null;
      const isPlanner = /^src\/forward\/(plan\/)?plan\.ts$/.test(relative(tree, path));
      return isPlanner && relative(tree, importer).startsWith('src/') ? seam : path;
    },
  };
}
