/**
 * `npm run measure [-- trace|average|coverage|estimates|graphs|graph-estimates|rankings|stability]`:
 * measurements too slow for the tests, on this machine's adapter. Writes documents to
 * .cache/measure and prints their time and counters. `npm run measure -- host` needs no adapter and
 * has its own options (measureHost.mjs).
 * `npm run measure -- page` opens the built page in Chromium.
 */
import { measureAverage } from './measureAverage.mjs';
import { measureCoverage } from './measureCoverage.mjs';
import { measureEstimates } from './measureEstimates.mjs';
import { measureEstimatedGraphs, measureGraphs } from './measureGraphs.mjs';
import { measureHost } from './measureHost.mjs';
import { measurePage } from './measurePage.mjs';
import { measureRankings } from './measureRankings.mjs';
import { measureStability } from './measureStability.mjs';
import { measureTrace } from './measureTrace.mjs';
import { fail } from './shell.mjs';

const measures = {
  trace: measureTrace,
  average: measureAverage,
  coverage: measureCoverage,
  estimates: measureEstimates,
  graphs: measureGraphs,
  'graph-estimates': measureEstimatedGraphs,
  rankings: measureRankings,
  stability: measureStability,
};

const [first, ...rest] = process.argv.slice(2);
if (first === 'host') await measureHost(rest);
else if (first === 'page') await measurePage();
else await measureEach(first === undefined ? Object.keys(measures) : [first, ...rest]);

async function measureEach(names) {
  const unknown = names.find((name) => !measures[name]);
  if (unknown)
    fail(
      `measure: unknown, got '${unknown}', expected host, page or some of ${Object.keys(measures).join(', ')}.`,
    );
  for (const name of names) await measures[name]();
}
