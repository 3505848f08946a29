/** Selects the command, and turns its outcome into an exit code. */
import { activations } from './activations';
import type { Context } from './context';
import { InputError } from './errors';
import { exportDocument } from './export';
import { generate } from './generate';
import { gradients } from './gradients';
import { HELP, helpOf } from './help';
import { image } from './image';
import { lens } from './lens';
import { link, read } from './link';
import { tokens } from './tokens';
import { run, trace } from './trace';
import { verify } from './verify';
import { quoted } from '../util/parse';

export const COMMANDS: Readonly<
  Record<string, (context: Context, argv: readonly string[]) => Promise<void>>
> = {
  trace,
  run,
  generate,
  verify,
  tokens,
  link,
  read,
  export: exportDocument,
  activations,
  gradients,
  image,
  lens,
};

/**
 * Runs one command line (without node and script). Resolves to the exit code: 0, 2 for bad input,
 * otherwise 1.
 */
export async function runCli(context: Context, [command, ...rest]: readonly string[]): Promise<number> {
  try {
    if (command === 'help' || command === '--help') {
      context.print(...HELP.split('\n'));
      return 0;
    }
    const known = Object.keys(COMMANDS).join(', ');
    if (command === undefined)
      throw new InputError(`loci: no command, got nothing, expected ${known} or help.`);
    if (!Object.hasOwn(COMMANDS, command)) {
      throw new InputError(`loci: unknown command, got ${quoted(command)}, expected ${known} or help.`);
    }
    if (rest.includes('--help')) context.print(...helpOf(command).split('\n'));
    else await COMMANDS[command]!(context, rest);
    return 0;
  } catch (error) {
    context.note(error instanceof Error ? error.message : String(error));
    return error instanceof InputError ? 2 : 1;
  }
}
