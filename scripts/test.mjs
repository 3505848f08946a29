/**
 * `npm test`: installs what is missing, finds a Chromium, runs every tier, and sums up. Arguments
 * name groups.
 */
import { ensureInstalled } from './install.mjs';
import { fail } from './shell.mjs';

ensureInstalled();
const { findChromium } = await import('./chromium.mjs');
const { groups, tiers } = await import('./tiers.mjs');

const asked = process.argv.length > 2 ? process.argv.slice(2) : ['all'];
const unknown = asked.find((name) => !groups[name]);
if (unknown)
  fail(`test: unknown group, got '${unknown}', expected one of ${Object.keys(groups).join(', ')}.`);
const names = asked.flatMap((name) => groups[name]);

if (names.some((name) => tiers[name].browser)) {
  process.env.LOCI_CHROMIUM = await findChromium();
  console.log(`Chromium: ${process.env.LOCI_CHROMIUM}`);
}

const began = Date.now();
const lines = [];
let passed = 0;
let failed = 0;
const notRun = [];
for (const name of names) {
  const { title, run } = tiers[name];
  console.log(`\n== ${title}`);
  const start = Date.now();
  const result = await run(process.env.LOCI_CHROMIUM);
  passed += result.passed;
  failed += result.failed;
  if (result.notRun) {
    notRun.push(`The tests of ${title} did NOT run. ${result.notRun}`);
    console.log(notRun.at(-1));
    continue;
  }
  const line = `${result.failed === 0 ? 'ok  ' : 'FAIL'} ${title}: ${result.passed} passed, ${result.failed} failed`;
  lines.push(`${line}, ${seconds(start)} s`);
  console.log(lines.at(-1));
  lines.push(...(result.named ?? []));
}

console.log(`\n${[...lines, ...notRun].join('\n')}\ntotal ${seconds(began)} s\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}
