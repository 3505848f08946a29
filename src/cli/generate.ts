/** loci generate: continues a prompt. Prints the text; `--out` writes tokens and probabilities. */
import type { Engine, GenerateRequest, Sampling } from '../engine/api';
import type { Context } from './context';
import { fromInput } from './errors';
import { outOf } from './files';
import { type Flags, parseFlags, texts } from './flags';
import { engineFlags, engineOf, openModel } from './models';
import { progressLine } from './progress';
import { readTables } from './tables';
import { defined } from '../util/defined';

const DEFAULT_MAX = 20;
const DEFAULT_SEED = 1;

export async function generate(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('generate', argv, {
    ...engineFlags,
    ...texts('prompt', 'bos', 'max', 'temperature', 'top-k', 'top-p', 'seed', 'sequences', 'edits', 'out'),
  });
  const prompt = flags.needed('prompt');
  const model = flags.needed('model');
  const bos = flags.oneOf('bos', ['on', 'off']);
  const how = {
    maxNew: flags.integer('max', 1) ?? DEFAULT_MAX,
    sampling: samplingOf(flags),
    sequences: flags.integer('sequences', 1) ?? 1,
    ...(await readTables(context, flags.text('edits'))),
  };
  const out = flags.text('out');
  const target = await outOf(context, out);
  const { engine, info } = await openModel(context, engineOf(flags), model);
  try {
    const tokens = await fromInput(engine.tokenize(prompt, bos ? bos === 'on' : info.bos));
    const request = { ...how, tokens: tokens.map(({ id }) => id) };
    const generation = await generateAndShow(context, engine, request);
    await target.write(`${JSON.stringify({ prompt, ...generation }, null, 2)}\n`);
    const texts = generation.sequences.map((sequence) => prompt + sequence.text).join('\n\n');
    if (out === '-') target.report(...texts.split('\n'));
    else context.hand(`${texts}\n`);
  } finally {
    await engine.close();
  }
}

/** Greedy, unless a flag of random sampling is given. */
function samplingOf(flags: Flags): Sampling {
  const given = defined<Partial<Exclude<Sampling, 'greedy'>>>({
    temperature: flags.number('temperature'),
    topK: flags.integer('top-k', 1),
    topP: flags.number('top-p'),
    seed: flags.integer('seed', 0),
  });
  return Object.keys(given).length === 0 ? 'greedy' : { seed: DEFAULT_SEED, ...given };
}

async function generateAndShow(context: Context, engine: Engine, request: GenerateRequest) {
  const progress = progressLine(context);
  let told = 0;
  const work = engine.generate('cli', request, () => {
    told++;
    progress.show(`${told} tokens`);
  });
  return fromInput(work).finally(progress.clear);
}
