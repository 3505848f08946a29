/** One command, from the process's arguments to its exit code. */
import { runCli } from './cli';
import { openEngine } from './openEngine';
import { exitWhenWritten, processStreams, terminalOf } from './terminal';
import { threadOf } from './tokenizerThread';

/** `entry`: the file that a thread starts with. */
export async function runCommand(entry: URL): Promise<void> {
  const startThread = threadOf(entry);
  const code = await runCli(
    {
      ...terminalOf(processStreams()),
      cwd: process.cwd(),
      root: process.env.LOCI_ROOT ?? process.cwd(),
      env: process.env,
      startThread,
      openEngine: (request) => openEngine(request, startThread),
    },
    process.argv.slice(2),
  );
  exitWhenWritten(code);
}
