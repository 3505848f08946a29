/**
 * `npm test`: installs what is missing, finds a Chromium, runs every tier, and sums up. Arguments
 * name groups. Without any, two processes run the two halves of the tiers side by side.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { fail } from './shell.mjs';

ensureInstalled();
const { findChromium } = await import('./chromium.mjs');
const { groups, HALVES, tiers } = await import('./tiers.mjs');

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !groups[name]);
if (unknown)
  fail(`test: unknown group, got '${unknown}', expected one of ${Object.keys(groups).join(', ')}.`);
const names = (asked.length > 0 ? asked : HALVES).flatMap((name) => groups[name]);

if (names.some((name) => tiers[name].browser)) {
  process.env.LOCI_CHROMIUM = await findChromium();
  if (!process.send) console.log(`Chromium: ${process.env.LOCI_CHROMIUM}`);
}

const began = Date.now();
const sums = asked.length > 0 ? [await inTurn(names)] : await Promise.all(HALVES.map(beside));
if (process.send) process.send(sums[0], () => process.exit());
else {
  const passed = total('passed');
  const failed = total('failed');
  const said = sums.flatMap(({ lines, notRun }) => [...lines, ...notRun]);
  console.log(`\n${said.join('\n')}\ntotal ${seconds(began)} s\n`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

/** Runs tiers one after another. */
async function inTurn(names) {
  const sum = { passed: 0, failed: 0, lines: [], notRun: [] };
  for (const name of names) {
    const { title, run } = tiers[name];
    console.log(`\n== ${title}`);
    const start = Date.now();
    const result = await run(process.env.LOCI_CHROMIUM);
    sum.passed += result.passed;
    sum.failed += result.failed;
    if (result.notRun) {
      sum.notRun.push(`The tests of ${title} did NOT run. ${result.notRun}`);
      console.log(sum.notRun.at(-1));
      continue;
    }
    const line = `${result.failed === 0 ? 'ok  ' : 'FAIL'} ${title}: ${result.passed} passed, ${result.failed} failed`;
    sum.lines.push(`${line}, ${seconds(start)} s`);
    console.log(sum.lines.at(-1));
    sum.lines.push(...(result.named ?? []));
  }
  return sum;
}

/**
 * The same in a process of its own. The first half writes as it goes; the other's output would mix
 * with it, and comes when it has ended. A half that ends without a sum counts as one failure.
 */
function beside(half) {
  const child = fork(fileURLToPath(import.meta.url), [half], { silent: half !== HALVES[0] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => output.push(piece));
  let sum = { passed: 0, failed: 1, lines: [`FAIL ${half}: it ended without a result`], notRun: [] };
  child.on('message', (message) => {
    sum = message;
  });
  return new Promise((resolve) => {
    child.on('close', () => {
      process.stdout.write(Buffer.concat(output));
      resolve(sum);
    });
  });
}

function total(what) {
  return sums.reduce((all, sum) => all + sum[what], 0);
}

function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}
