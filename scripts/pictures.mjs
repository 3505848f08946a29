/**
 * Makes the pictures of the documentation, as the command line writes them: of worked examples (share links), and of specs
 * that are run in float64. Run it after the examples or the marks have changed: node scripts/pictures.mjs
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** File, what it shows, and of several figures the one. */
const PICTURES = [
  { name: 'causal-trace', link: 0 },
  { name: 'causal-graph', link: 5, figures: [] },
  { name: 'trajectory', spec: 'specs/trajectory.json', change: { positions: 'all' }, figures: ['plane'] },
];

const folder = await mkdtemp(join(tmpdir(), 'loci-pictures-'));
for (const { name, link, spec, change, figures } of PICTURES) {
  const file = join(folder, `${name}.json`);
  if (spec) {
    const question = join(folder, `${name}-spec.json`);
    await writeFile(question, JSON.stringify({ ...JSON.parse(await readFile(spec, 'utf8')), ...change }));
    loci('run', question, '--engine', 'reference', '--out', file);
  } else loci('read', await readFile(`src/app/examples/links/${link}.txt`, 'utf8'), '--out', file);
  if (figures) {
    const document = JSON.parse(await readFile(file, 'utf8'));
    const chosen = document.figures.filter((figure) => figures.includes(figure.name));
    await writeFile(file, JSON.stringify({ ...document, figures: chosen }));
  }
  loci('export', file, '--as', 'svg', '--out', `docs/img/${name}.svg`);
  console.log(`docs/img/${name}.svg`);
}

function loci(...args) {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/loci.mjs', ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`loci ${args[0]}: ${stderr.trim()}`);
}
