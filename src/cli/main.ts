/** The command line's entry; `scripts/loci.mjs` builds and starts it. */
import { runCli } from './cli';
import { openEngine } from './openEngine';

const code = await runCli(
  {
    cwd: process.cwd(),
    root: process.env.LOCI_ROOT ?? process.cwd(),
    print: (text) => process.stdout.write(`${text}\n`),
    env: process.env,
    note: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    openEngine,
  },
  process.argv.slice(2),
);
// A WebGPU object keeps Node alive; output to a pipe must be out before the process is.
process.stdout.write('', () => process.exit(code));
