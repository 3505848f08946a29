/**
 * Makes the worked examples, each stored in a file as the share link that the page opens:
 *
 *   node scripts/examples.mjs [TITLE ...]
 *
 * First a trace of every question in public/models/atlas/examples.json, then the studies in
 * src/app/examples/studies.json, then those about nets in images.json beside it. With titles only those
 * are made, and the others keep their links. So does one whose model file is missing
 * (`node scripts/fetch-models.mjs` fetches it): that file is opened as the hub's, so that the finding
 * names where to find it. Run this after a change to the model, the experiments or the link format. The
 * graph of paths and the real model take minutes without a GPU (150 s and 760 s of CPU time on
 * SwiftShader).
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { mirror } from './mirror.mjs';

const QUESTIONS = 'public/models/atlas/examples.json';
const STUDIES = 'src/app/examples/studies.json';
const IMAGES = 'src/app/examples/images.json';
const EXAMPLES = 'src/app/examples/examples.json';
const LINKS = 'src/app/examples/links';

const readJson = async (path) => JSON.parse(await readFile(path, 'utf8'));

/** What the command line prints. */
async function loci(...args) {
  const child = spawn(process.execPath, ['scripts/loci.mjs', ...args], {
    env: { ...process.env, LOCI_CACHE: folder },
  });
  const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`loci ${args[0]}: ${(await err).join('').trim()}`);
  return (await out).join('').trim();
}

const folder = await mkdtemp(join(tmpdir(), 'loci-examples-'));

/** Arguments of `loci` for a trace of Atlas. */
function traceArgs({ prompt, subject, answer, distractor }) {
  const asked = ['--prompt', prompt, '--subject', subject, '--answer', answer];
  const against = distractor ? ['--distractor', distractor] : [];
  return ['trace', '--model', 'atlas', ...asked, ...against, '--group', 'subject'];
}

/** The same for a study, whose question names the model. */
async function studyArgs({ spec, images }) {
  const question = join(folder, 'spec.json');
  await writeFile(question, JSON.stringify(spec));
  return ['run', question, ...(images ? ['--images', images] : [])];
}

async function made(args) {
  const file = join(folder, 'document.json');
  await loci(...args, '--out', file);
  const link = await loci('link', file);
  return link.slice(link.indexOf('#'));
}

/** Made with the model's file below .cache in place of the hub. */
async function madeWith(file, args, { id, revision }) {
  const { base, close } = await mirror(id, file, revision);
  try {
    return await made([...args, '--model', `hub:${id}@${revision}`, '--hub', base]);
  } finally {
    close();
  }
}

const before = await readJson(EXAMPLES);

/** The stored link of an example. */
async function stored({ title }) {
  const index = before.findIndex((example) => example.title === title);
  if (index < 0) throw new Error(`${title}: has no stored link yet`);
  return readFile(join(LINKS, `${index}.txt`), 'utf8');
}

const wanted = process.argv.slice(2);
const examples = [];
const links = [];
const questions = (await readJson(QUESTIONS)).map((question) => ({ question, argsOf: traceArgs }));
const studies = (await readJson(STUDIES)).map((question) => ({ question, argsOf: studyArgs }));
const nets = (await readJson(IMAGES)).map((question) => ({ question, argsOf: studyArgs }));
for (const { question, argsOf } of [...questions, ...studies, ...nets]) {
  const { title, note, model } = question;
  const isMissing = model !== undefined && !existsSync(model);
  const isKept = isMissing || (wanted.length > 0 && !wanted.includes(title));
  const args = isKept ? null : await argsOf(question);
  const link = !args
    ? await stored(question)
    : await (model ? madeWith(model, args, question.spec.model) : made(args));
  const why = isMissing ? ` (kept: ${model} is missing)` : isKept ? ' (kept)' : '';
  console.log(`${title}: ${link.length} characters${why}`);
  examples.push({ title, note });
  links.push(link);
}
await writeFile(EXAMPLES, `${JSON.stringify(examples, null, 2)}\n`);
await rm(LINKS, { recursive: true, force: true });
await mkdir(LINKS);
for (const [i, link] of links.entries()) await writeFile(join(LINKS, `${i}.txt`), link);
