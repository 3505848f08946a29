/** One command, from the process's arguments to its exit code. */
import { runCli } from './cli';
import { openEngine } from './openEngine';
import { threadOf } from './tokenizerThread';

/** `entry`: the file that a thread starts with. */
export async function runCommand(entry: URL): Promise<void> {
  const startThread = threadOf(entry);
  const code = await runCli(
    {
      cwd: process.cwd(),
      root: process.env.LOCI_ROOT ?? process.cwd(),
      print: (text) => process.stdout.write(`${text}\n`),
      env: process.env,
      note: (text) => process.stderr.write(text),
      isTerminal: process.stderr.isTTY,
      startThread,
      openEngine: (request) => openEngine(request, startThread),
    },
    process.argv.slice(2),
  );
  // A WebGPU object keeps Node alive; output to a pipe must be out before the process is.
  process.stdout.write('', () => process.exit(code));
}
