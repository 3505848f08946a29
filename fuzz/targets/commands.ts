/** Command lines as typed. Nothing runs: the engine is a fake. */
import { COMMANDS } from '../../src/cli/cli';
import type { Context } from '../../src/cli/context';
import { terminalOf } from '../../src/cli/terminal';
import { fakeEngine } from '../../src/cli/testing/fakes';
import { TEXTS } from '../mutate/names';
import { mutateText } from '../mutate/text';
import { inThisThread } from '../../src/load/tokenizer/inThisThread';
import { NOTHING_LOST, target } from '../target';

const PROMPT = ['--prompt', 'The capital of France is', '--subject', 'France'];
const LINES: readonly (readonly string[])[] = [
  [
    'trace',
    '--model',
    'atlas',
    ...PROMPT.slice(0, 2),
    '--subject-range',
    '3,4',
    '--window',
    '3',
    '--noise',
    's3',
  ],
  ['trace', '--model', 'atlas', ...PROMPT, '--kinds', 'hidden,mlp', '--metric', 'p', '--samples', '4'],
  ['trace', '--model', 'atlas', ...PROMPT, '--tighten', 'corrupted', '--seed', '1', '--bos', 'on'],
];
const FLAGS = [
  '--model',
  '--prompt',
  '--samples=1e9',
  '--',
  '-h',
  '--out',
  '--window=rome',
  '--seed=-1',
  '=',
];

const context: Context = {
  cwd: '/nowhere',
  root: process.env.LOCI_ROOT ?? process.cwd(),
  ...terminalOf({
    out: () => undefined,
    err: () => undefined,
    isOutTerminal: false,
    isErrTerminal: false,
    typed: null,
  }),
  env: {},
  startThread: inThisThread,
  openEngine: async () =>
    fakeEngine({ estimateTighten: async () => ({ forwards: 1, flops: 1, seconds: 1 }) }),
};

export const commandLine = target<object>({
  name: 'command-line',
  seeds: () => LINES,
  mutate: (line, random) => {
    const [command, ...rest] = line as string[];
    // Mostly changes a value, where many texts are valid, and occasionally a flag.
    const index = random.below(rest.length);
    const at = random.chance(0.7) ? index | 1 : index;
    switch (random.below(4)) {
      case 0:
        rest.splice(at, 1);
        break;
      case 1:
        rest.splice(at, 0, random.pick(FLAGS));
        break;
      default:
        rest[at] = random.chance(0.3)
          ? random.pick(TEXTS)
          : mutateText(rest[at]!, random, ['=', ',', '-', '1e9']);
    }
    return [command, ...rest];
  },
  async run(line) {
    const [command, ...rest] = line as string[];
    await COMMANDS[command!]!(context, rest);
    return NOTHING_LOST;
  },
});
