/**
 * `npm run measure [-- trace|average|coverage|graphs]`: what takes too long for the tests, on this machine's adapter. Writes documents into
 * .cache/measure and prints their time and counters.
 */
import { measureAverage } from './measureAverage.mjs';
import { measureCoverage } from './measureCoverage.mjs';
import { measureGraphs } from './measureGraphs.mjs';
import { measureTrace } from './measureTrace.mjs';
import { fail } from './shell.mjs';

const measures = {
  trace: measureTrace,
  average: measureAverage,
  coverage: measureCoverage,
  graphs: measureGraphs,
};

const asked = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(measures);
const unknown = asked.find((name) => !measures[name]);
if (unknown)
  fail(`measure: unknown, got '${unknown}', expected some of ${Object.keys(measures).join(', ')}.`);
for (const name of asked) await measures[name]();
