/**
 * How many lines the product has: what people wrote below src, lab and reference/exports, golden scripts included, tests and
 * their helpers not.
 *
 *     node scripts/lines.mjs [COMMIT ..]      per folder, of each commit (default HEAD): lines, and those
 *                                             that hold code, without comments and empty lines
 */
import { execFileSync } from 'node:child_process';

const PRODUCT = /\.(ts|tsx|css|py)$/;
const TESTS = /\.test\.tsx?$|\/testing(\/|\.tsx?$)|\.d\.ts$/;

const git = (...args) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });

const isCode = (line) => /\S/.test(line) && !/^\s*(\/\/|\/\*|\*|#)/.test(line);

/** Folder -> [lines, lines of code] at a commit. */
function linesAt(commit) {
  const counts = new Map();
  const paths = git('ls-tree', '-r', '--name-only', commit, 'src', 'lab', 'reference/exports').split('\n');
  for (const path of paths.filter((one) => PRODUCT.test(one) && !TESTS.test(one))) {
    // Golden scripts lay in src/share once.
    const folder = path.includes('golden') ? 'golden scripts' : path.split('/').slice(0, 2).join('/');
    const lines = git('show', `${commit}:${path}`).split('\n').slice(0, -1);
    const [all, code] = counts.get(folder) ?? [0, 0];
    counts.set(folder, [all + lines.length, code + lines.filter(isCode).length]);
  }
  return counts;
}

const commits = process.argv.slice(2);
if (commits.length === 0) commits.push('HEAD');
const counts = commits.map(linesAt);
const folders = [...new Set(counts.flatMap((one) => [...one.keys()]))].sort();
const row = (name, values) => console.log([name.padEnd(20), ...values.map((v) => v.padStart(16))].join(''));
const shown = ([lines, code] = [0, 0]) => `${lines} (${code})`;
const total = (of) => [...of.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
row(
  '',
  commits.map((commit) => commit.slice(0, 9)),
);
for (const folder of folders)
  row(
    folder,
    counts.map((of) => shown(of.get(folder))),
  );
row(
  'all',
  counts.map((of) => shown(total(of))),
);
