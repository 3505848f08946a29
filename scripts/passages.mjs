/**
 * Ten comments of the code and ten paragraphs of the documentation, drawn at random, to see how they read.
 *
 *     node scripts/passages.mjs [COMMIT] [SEED]      default HEAD, 1
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

const COUNT = 10;
const [commit = 'HEAD', seed = '1'] = process.argv.slice(2);
const git = (...args) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
const files = (...folders) =>
  git('ls-tree', '-r', '--name-only', commit, ...folders)
    .trim()
    .split('\n');
const read = (path) => git('show', `${commit}:${path}`);

/** The draw depends on the seed and on a passage's own words, so a passage that stays stays where it was. */
const order = (text) => createHash('sha256').update(`${seed} ${text}`).digest('hex');

function show(title, passages) {
  console.log(`## ${title}\n`);
  const drawn = passages.sort((a, b) => (order(a.text) < order(b.text) ? -1 : 1)).slice(0, COUNT);
  for (const { path, text } of drawn) console.log(`${path}: ${text}\n`);
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

const comments = files('src', 'lab')
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|\/testing(\/|\.tsx?$)/.test(path))
  .flatMap((path) =>
    [...read(path).matchAll(/\/\*\*(.*?)\*\/|((?:^[ \t]*\/\/[^\n]*\n)+)/gms)].map(([, block, lines]) => ({
      path,
      text: oneLine(block ? block.replace(/^\s*\* ?/gm, '') : lines.replace(/^\s*\/\/ ?/gm, '')),
    })),
  );
const paragraphs = files('docs', 'README.md', 'ARCHITECTURE.md')
  .filter((path) => path.endsWith('.md'))
  .flatMap((path) =>
    read(path)
      .split(/\n{2,}/)
      .filter((text) => /^[A-Z]/.test(text) && text.length > 80)
      .map((text) => ({ path, text: oneLine(text) })),
  );
show('Comments', comments);
show('Paragraphs', paragraphs);
