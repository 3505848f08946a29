/**
 * How many lines the product has: what people wrote below src, lab and reference/exports, golden scripts included, tests and
 * their helpers not.
 *
 *     node scripts/lines.mjs [COMMIT ..]      per folder, of each commit; default HEAD
 */
import { execFileSync } from 'node:child_process';

const PRODUCT = /\.(ts|tsx|css|py)$/;
const TESTS = /\.test\.tsx?$|\/testing(\/|\.tsx?$)|\.d\.ts$/;

const git = (...args) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });

/** Folder -> lines at a commit. */
function linesAt(commit) {
  const lines = new Map();
  const paths = git('ls-tree', '-r', '--name-only', commit, 'src', 'lab', 'reference/exports').split('\n');
  for (const path of paths.filter((one) => PRODUCT.test(one) && !TESTS.test(one))) {
    // Golden scripts lay in src/share once.
    const folder = path.includes('golden') ? 'golden scripts' : path.split('/').slice(0, 2).join('/');
    const count = git('show', `${commit}:${path}`).split('\n').length - 1;
    lines.set(folder, (lines.get(folder) ?? 0) + count);
  }
  return lines;
}

const commits = process.argv.slice(2);
if (commits.length === 0) commits.push('HEAD');
const counts = commits.map(linesAt);
const folders = [...new Set(counts.flatMap((one) => [...one.keys()]))].sort();
const row = (name, values) =>
  console.log([name.padEnd(20), ...values.map((v) => `${v}`.padStart(10))].join(''));
row(
  '',
  commits.map((commit) => commit.slice(0, 9)),
);
for (const folder of folders)
  row(
    folder,
    counts.map((one) => one.get(folder) ?? 0),
  );
row(
  'all',
  counts.map((one) => [...one.values()].reduce((sum, count) => sum + count, 0)),
);
