/**
 * The average causal trace of more than 1,000 of Atlas's facts, killed half-way and resumed:
 * nothing finished is measured twice.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fail, root } from './shell.mjs';

const folder = join(root, '.cache', 'measure');
const cache = join(folder, 'average-cache');
const studies = join(cache, 'studies');
const spec = join(folder, 'average-trace-spec.json');
const out = join(folder, 'average-trace.json');

/** @param take number of facts to ask; those that the model does not know are skipped. */
export async function measureAverage(take = 1200) {
  mkdirSync(folder, { recursive: true });
  rmSync(cache, { recursive: true, force: true });
  rmSync(out, { force: true });
  const question = {
    version: 1,
    kind: 'average-trace',
    model: { id: 'atlas' },
    set: { name: 'atlas-facts', take, seed: 1 },
    kinds: ['hidden'],
    samples: 2,
  };
  writeFileSync(spec, JSON.stringify(question));
  const began = Date.now();
  await run((child) => {
    const timer = setInterval(() => {
      if (keptCases() < take / 2) return;
      clearInterval(timer);
      // Kills the whole group: the command and its children.
      process.kill(-child.pid, 'SIGKILL');
    }, 200);
    child.on('exit', () => clearInterval(timer));
  });
  if (existsSync(out)) fail('measure: the study ended before it could be stopped. Take more facts.');
  const kept = keptCases();
  const half = (Date.now() - began) / 1000;
  console.log(
    `stopped with SIGKILL after ${half.toFixed(0)} s, ${kept} of ${take} facts kept (${keptBytes()} bytes)`,
  );
  await run();
  if (!existsSync(out)) fail('measure: the average trace failed, see above.');
  report(take, kept, (Date.now() - began) / 1000);
}

function run(watch = () => undefined) {
  const args = [join(root, 'scripts', 'loci.mjs'), 'run', spec, '--resume', '--out', out];
  const env = { ...process.env, LOCI_CACHE: cache };
  const child = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  watch(child);
  return new Promise((resolve) => child.on('exit', resolve));
}

function studyFiles() {
  return existsSync(studies) ? readdirSync(studies).map((name) => join(studies, name)) : [];
}

const keptBytes = () => studyFiles().reduce((sum, file) => sum + statSync(file).size, 0);

/** Cases in the lines stored by the command; the last line may be incomplete. */
function keptCases() {
  const lines = studyFiles().flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1, -1));
  return lines.reduce((sum, line) => {
    try {
      return sum + JSON.parse(line.slice(9)).cases.length;
    } catch {
      return sum;
    }
  }, 0);
}

function report(take, kept, seconds) {
  const { counters, environment, cases, finding, notes } = JSON.parse(readFileSync(out, 'utf8'));
  const takenUp = Number(/(\d+) cases were measured before/.exec(notes.join(' '))?.[1]);
  if (takenUp !== kept) fail(`measure: ${kept} facts were kept, but ${takenUp} taken up.`);
  if (studyFiles().length > 0) fail('measure: the finished study is still kept.');
  const giga = (flops) => `${(flops / 1e9).toFixed(1)} GFLOP`;
  console.log(`
Average causal trace of Atlas: hidden states, 2 noise draws, ${cases.measured} facts known of ${take}
adapter     ${environment.adapter}, ${cpus().length} cores
study       ${environment.seconds.toFixed(0)} s (${seconds.toFixed(0)} s with starting twice, and what the kill lost)
taken up    ${takenUp} facts, not measured again
arithmetic  ${giga(counters.flops)} (${giga(counters.naiveFlops)} with every run from scratch), \
${(counters.flops / 1e9 / environment.seconds).toFixed(2)} GFLOP/s
work        ${counters.dispatches} dispatches, ${counters.submits} submits, ${counters.readbacks} readbacks
finding     ${finding}
document    ${out}`);
}
