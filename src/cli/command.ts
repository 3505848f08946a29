/** One command, from the process's arguments to its exit code. */
import { runCli } from './cli';
import { type Ahead, openEngine } from './openEngine';
import { exitWhenWritten, processStreams, terminalOf } from './terminal';
import { threadOf } from './tokenizerThread';

/** `entry`: the file with which threads start. `ahead`: the first engine's device. */
export async function runCommand(entry: URL, ahead: Ahead): Promise<void> {
  const startThread = threadOf(entry);
  let unused = ahead;
  const code = await runCli(
    {
      ...terminalOf(processStreams()),
      cwd: process.cwd(),
      root: process.env.LOCI_ROOT ?? process.cwd(),
      env: process.env,
      startThread,
      openEngine: (request) => {
        const device = unused;
        unused = null;
        return openEngine(request, startThread, device);
      },
    },
    process.argv.slice(2),
  );
  exitWhenWritten(code);
}
