/**
 * Mutated inputs for every parser: `npm run fuzz -- --cases 10000 [--only NAME] [--seed S] [--case
 * N]`, or one file: `npm run fuzz -- --only NAME --file PATH`. Each target has its own child
 * process, which is restarted after a case that hangs or kills it. Failing cases go to .cache/fuzz.
 */
import { parseArgs } from 'node:util';
import { fuzz, runFile } from './fuzzRun.mjs';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    only: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    case: { type: 'string' },
    file: { type: 'string' },
  },
});
if (values.file !== undefined) process.exit(runFile(values.only?.[0], values.file) ? 0 : 1);
const { failed } = await fuzz({
  cases: Number(values.cases),
  only: values.only,
  seed: Number(values.seed),
  single: values.case === undefined ? undefined : Number(values.case),
});
process.exit(failed === 0 ? 0 : 1);
