/** The command line's entry; `scripts/loci.mjs` builds and starts it. */
import { runCli } from './cli';
import { openEngine } from './openEngine';
import { exitWhenWritten, processStreams, terminalOf } from './terminal';

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
exitWhenWritten(code);
