/** The command line's entry; `scripts/loci.mjs` builds and starts it. */
import { runCli } from './cli';
import { openEngine } from './openEngine';
import { processStreams, terminalOf } from './terminal';

const terminal = terminalOf(processStreams());
const code = await runCli(
  {
    ...terminal,
    cwd: process.cwd(),
    root: process.env.LOCI_ROOT ?? process.cwd(),
    env: process.env,
    openEngine,
  },
  process.argv.slice(2),
);
// A WebGPU object keeps Node alive; output to a pipe must be out before the process is.
process.stdout.write('', () => process.exit(code));
