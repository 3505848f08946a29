/**
 * The host cost of our own code, on a GPU stub: CPU time by part, commands, waits, bytes. Writes
 * JSON and a table to .cache/measure. Options: names of cases (or prefixes), `--at COMMIT` (that
 * commit; `now`, the default, is this tree; several alternate), `--repeats N` (default 5; medians
 * are reported), `--list`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildHost } from './hostBuild.mjs';
import { hostTables } from './hostTable.mjs';
import { fail, root } from './shell.mjs';

/** The largest cases have large plans. */
const NODE = ['--expose-gc', '--max-old-space-size=8192'];

export async function measureHost(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      at: { type: 'string', multiple: true, default: ['now'] },
      repeats: { type: 'string', default: '5' },
      list: { type: 'boolean', default: false },
    },
  });
  const repeats = Number(values.repeats);
  if (!(Number.isInteger(repeats) && repeats > 0))
    fail(`measure: --repeats, got '${values.repeats}', expected a whole number, at least 1.`);
  const programs = [];
  for (const label of values.at)
    programs.push({ label, program: await buildHost(label === 'now' ? null : label) });
  const all = runHost(programs[0].program, '--list');
  if (values.list) return console.log(all.map(({ name, title }) => `${name.padEnd(24)}${title}`).join('\n'));

  const results = [];
  for (const { name, title } of chosen(all, positionals)) {
    const runs = programs.map(() => []);
    for (let i = 0; i < repeats; i++) {
      for (const [p, { program }] of programs.entries()) runs[p].push(runHost(program, name));
    }
    for (const [p, { label }] of programs.entries()) {
      const result = { name, title, label, ...median(runs[p]) };
      const { cold, warm } = result;
      console.error(
        `${name}, ${label}: ${cold.cpu.total.toFixed(0)} ms cold, ${warm.cpu.total.toFixed(0)} warm`,
      );
      results.push(result);
    }
  }
  const folder = join(root, '.cache', 'measure');
  mkdirSync(folder, { recursive: true });
  const about = { node: process.version, cores: cpus().length, cpu: cpus()[0].model, repeats };
  writeFileSync(join(folder, 'host.json'), `${JSON.stringify({ about, results }, null, 1)}\n`);
  writeFileSync(join(folder, 'host.md'), hostTables(results));
  console.log(`${hostTables(results)}\n${join(folder, 'host.json')}`);
}

function chosen(all, names) {
  for (const name of names) {
    if (!all.some((one) => one.name.startsWith(name)))
      fail(`measure: no such case, got '${name}', expected one of ${all.map((one) => one.name).join(', ')}.`);
  }
  if (names.length === 0) return all.filter(({ isAside }) => !isAside);
  return all.filter((one) => names.some((name) => one.name.startsWith(name)));
}

/** One case in a fresh process. */
function runHost(program, asked) {
  const { status, stdout } = spawnSync(process.execPath, [...NODE, program, asked], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) fail(`measure: ${asked} failed, see above.`);
  return JSON.parse(stdout);
}

/** The median of each number over processes; the device's counters are the same in all of them. */
function median(runs) {
  const of = (values) => {
    if (typeof values[0] === 'number') return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
    if (typeof values[0] === 'string') return values[0];
    return Object.fromEntries(
      Object.keys(values[0]).map((key) => [key, of(values.map((value) => value[key]))]),
    );
  };
  return of(runs);
}
