/**
 * Makes the worked examples: a real trace of every question in public/models/atlas/examples.json,
 * then the studies in src/app/examples/studies.json, each stored in a file as the share link that
 * the page opens. Run it after a change to the model, the experiments or the link format. The graph
 * of paths takes minutes without a GPU (150 s on SwiftShader).
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

const QUESTIONS = 'public/models/atlas/examples.json';
const STUDIES = 'src/app/examples/studies.json';
const EXAMPLES = 'src/app/examples/examples.json';
const LINKS = 'src/app/examples/links';

function loci(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/loci.mjs', ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`loci ${args[0]}: ${stderr.trim()}`);
  return stdout.trim();
}

function add({ title, note }, file) {
  const link = loci('link', file);
  const fragment = link.slice(link.indexOf('#'));
  console.log(`${title}: ${fragment.length} characters`);
  examples.push({ title, note });
  links.push(fragment);
}

const folder = await mkdtemp(join(tmpdir(), 'loci-examples-'));
const examples = [];
const links = [];
for (const [i, question] of JSON.parse(await readFile(QUESTIONS, 'utf8')).entries()) {
  const file = join(folder, `${i}.json`);
  const distractor = question.distractor ? ['--distractor', question.distractor] : [];
  const asked = [
    '--prompt',
    question.prompt,
    '--subject',
    question.subject,
    '--answer',
    question.answer,
    ...distractor,
  ];
  loci('trace', '--model', 'atlas', ...asked, '--group', 'subject', '--out', file);
  add(question, file);
}
for (const { spec, ...study } of JSON.parse(await readFile(STUDIES, 'utf8'))) {
  const [question, file] = ['spec', 'study'].map((name) => join(folder, `${name}.json`));
  await writeFile(question, JSON.stringify(spec));
  loci('run', question, '--out', file);
  add(study, file);
}
await writeFile(EXAMPLES, `${JSON.stringify(examples, null, 2)}\n`);
await rm(LINKS, { recursive: true, force: true });
await mkdir(LINKS);
for (const [i, link] of links.entries()) await writeFile(join(LINKS, `${i}.txt`), link);
