/** Runs the fuzz targets, two at a time, and prints the results as one table. */
import { fork, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, fail, root, run } from './shell.mjs';

const folder = join(root, '.cache', 'fuzz');
const child = join(folder, 'build', 'child.js');
/** Milliseconds without an answer. */
const SILENCE = 20_000;
const MOST_CPU = 1000;
const LEAST_ACCEPTED = 0.1;
/** With fewer cases the accepted share says little. */
const LEAST_CASES = 100;
const AT_ONCE = 2;
/** Most cases of one target whose inputs are saved. */
const MOST_SAVED = 20;
const env = { ...process.env, LOCI_ROOT: root, NODE_ENV: 'production' };

/**
 * `single`: runs only this case and prints its outcome. Returns the numbers of targets that passed
 * and failed.
 */
export async function fuzz({ cases, only, seed, single }) {
  buildTargets();
  const all = allTargets();
  const unknown = only?.find((name) => !all.includes(name));
  if (unknown) fail(`fuzz: no such target, got '${unknown}', expected one of ${all.join(', ')}.`);
  const names = only ?? all;
  const range = single === undefined ? [0, cases] : [single, single + 1];
  const jobs = names.map((name) => ({
    name,
    seed,
    range,
    silence: SILENCE,
    isVerbose: single !== undefined,
  }));
  const tallies = await runAll(jobs);
  console.log(table(tallies));
  for (const tally of tallies) report(tally, seed);
  const failed = tallies.filter((tally) => problemsOf(tally).length > 0).length;
  return { passed: tallies.length - failed, failed };
}

/** Prints one target's outcome for a file; returns false if the target hung or died. */
export function runFile(name, path) {
  buildTargets();
  return run(process.execPath, ['--max-old-space-size=500', child, 'file', name, path], {
    env,
    timeout: SILENCE,
  });
}

/**
 * Tests the harness on a target that misbehaves in every way; returns what it failed to detect, a
 * sentence each.
 */
export async function missedBySelfTest() {
  buildTargets();
  const job = { name: 'self-test', seed: 1, range: [0, 8], silence: 8000, isVerbose: false };
  const [tally] = await runAll([job]);
  const noticed = tally.failures.map(({ index, kind }) => `${index} ${kind}`).sort();
  const expected = ['0 hang', '1 death', '2 slow', '3 foreign', '4 foreign', '5 lost'];
  const isRight = noticed.join() === expected.join() && tally.accepted === 3 && tally.cases === 8;
  return isRight ? [] : [`fuzz: the harness misses failures, got ${noticed}, expected ${expected}.`];
}

let isBuilt = false;

function buildTargets() {
  if (isBuilt) return;
  const built = ['build', '--ssr', 'fuzz/child.ts', '--outDir', join(folder, 'build'), '--logLevel', 'error'];
  if (!run(bin('vite'), built)) fail('fuzz: the targets could not be built, see above.');
  isBuilt = true;
}

function allTargets() {
  return spawnSync(process.execPath, [child, 'list'], { encoding: 'utf8', env }).stdout.split('\n');
}

/** Tallies in job order. */
async function runAll(jobs) {
  const tallies = [];
  const waiting = [...jobs.entries()];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [i, job] = next;
        tallies[i] = await runTarget(job);
      }
    }),
  );
  return tallies;
}

/** Runs every case of one target, in as many processes as needed. */
async function runTarget({ name, seed, range: [from, to], silence, isVerbose }) {
  const began = Date.now();
  const tally = {
    name,
    cases: 0,
    accepted: 0,
    slowest: 0,
    seconds: 0,
    restarts: 0,
    refused: [],
    failures: [],
  };
  let next = from;
  for (;;) {
    const onMessage = (message) => note(tally, message, isVerbose);
    const end = await runChild({ name, seed, from: next, to, silence, onMessage });
    if (end.kind === 'done') break;
    const isMutation = end.index !== null;
    if (!isMutation) tally.refused.push(`${end.kind} before the first case: ${end.detail}`);
    else {
      tally.cases++;
      tally.failures.push({ index: end.index, kind: end.kind, message: end.detail });
      next = end.index + 1;
    }
    if (!isMutation || next >= to) break;
    tally.restarts++;
  }
  tally.seconds = (Date.now() - began) / 1000;
  return tally;
}

/** Resolves when all cases are done, or when the child has hung or died in case `index`. */
function runChild({ name, seed, from, to, silence, onMessage }) {
  return new Promise((resolve) => {
    const args = ['run', name, String(seed), String(from), String(to)];
    const process_ = fork(child, args, {
      env,
      execArgv: ['--max-old-space-size=500'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    let current = null;
    let hung = false;
    let errors = '';
    process_.stderr.on('data', (text) => {
      errors = (errors + text).slice(-4000);
    });
    const kill = () => {
      hung = true;
      process_.kill('SIGKILL');
    };
    let timer = setTimeout(kill, silence);
    process_.on('message', (message) => {
      clearTimeout(timer);
      timer = setTimeout(kill, silence);
      if (message.begins !== undefined) current = message.begins;
      else onMessage(message);
    });
    process_.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve({ kind: 'done' });
      else if (hung) resolve({ kind: 'hang', index: current, detail: `no answer in ${silence / 1000} s` });
      else resolve({ kind: 'death', index: current, detail: deathOf(code, signal, errors) });
    });
  });
}

function deathOf(code, signal, errors) {
  const line = errors.split('\n').find((one) => /FATAL|Error|abort/i.test(one));
  return `exit ${code ?? signal}: ${(line ?? errors.trim()).slice(0, 300)}`;
}

/** Adds one outcome of the child to the tally. */
function note(tally, { index, seedNumber, outcome }, isVerbose) {
  const { accepted, cpu, refusal, foreign, lost } = outcome;
  if (isVerbose && index !== undefined) console.log(JSON.stringify(outcome, null, 1));
  if (seedNumber !== undefined) {
    if (!accepted) tally.refused.push(`seed ${seedNumber} is refused: ${refusal}`);
    if (lost) tally.refused.push(`seed ${seedNumber} loses ${JSON.stringify(lost)}`);
    return;
  }
  tally.cases++;
  if (accepted) tally.accepted++;
  tally.slowest = Math.max(tally.slowest, cpu);
  if (cpu > MOST_CPU) tally.failures.push({ index, kind: 'slow', message: `${Math.round(cpu)} ms of CPU` });
  if (foreign) tally.failures.push({ index, kind: 'foreign', message: foreign });
  if (lost) tally.failures.push({ index, kind: 'lost', message: JSON.stringify(lost) });
}

const share = ({ accepted, cases }) => accepted / Math.max(cases, 1);
const count = ({ failures }, kind) => failures.filter((one) => one.kind === kind).length;

function problemsOf(tally) {
  const isCoarse = tally.cases >= LEAST_CASES && share(tally) < LEAST_ACCEPTED;
  return [
    ...tally.refused,
    ...(isCoarse ? [`only ${(100 * share(tally)).toFixed(1)} % of the cases are accepted`] : []),
    ...tally.failures.map(({ index, kind, message }) => `case ${index}: ${kind}: ${message}`),
  ];
}

function table(tallies) {
  const head = [
    'target',
    'cases',
    'accepted',
    'slowest ms',
    'over 1 s',
    'hangs',
    'deaths',
    'foreign',
    'lost',
    's',
  ];
  const rows = tallies.map((tally) => [
    tally.name,
    tally.cases,
    `${(100 * share(tally)).toFixed(1)} %`,
    Math.round(tally.slowest),
    ...['slow', 'hang', 'death', 'foreign', 'lost'].map((kind) => count(tally, kind)),
    tally.seconds.toFixed(1),
  ]);
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  return all
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
    )
    .join('\n');
}

/** Reports each kind of failure once with the command that reproduces it, and saves the inputs. */
function report(tally, seed) {
  const problems = problemsOf(tally);
  rmSync(join(folder, tally.name), { recursive: true, force: true });
  if (problems.length === 0) return;
  const at = join(folder, tally.name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'failures.json'), `${JSON.stringify(tally, null, 1)}\n`);
  const saved = tally.failures.slice(0, MOST_SAVED).map(({ index }) => String(index));
  if (saved.length > 0)
    run(process.execPath, [child, 'save', tally.name, String(seed), at, ...new Set(saved)], { env });
  console.log(`\n${tally.name}: ${problems.length} problems`);
  for (const problem of [...tally.refused, ...problems.filter((one) => one.startsWith('only'))])
    console.log(`  ${problem}`);
  for (const failures of grouped(tally.failures, kindOfMessage).values()) {
    const { index, kind, message } = failures[0];
    console.log(`  ${failures.length} x ${kind}: ${message.slice(0, 300)}`);
    console.log(`    npm run fuzz -- --only ${tally.name} --seed ${seed} --case ${index}`);
  }
}

const kindOfMessage = ({ kind, message }) =>
  `${kind} ${message.replace(/["'`].*["'`]|\d+/g, '#').slice(0, 60)}`;

function grouped(list, keyOf) {
  const groups = new Map();
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}
