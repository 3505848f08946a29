/** loci tokens: how a model splits a prompt, with the positions that --subject-range counts in. */
import { visibleToken } from '../results/tokens';
import type { Context } from './context';
import { fromInput } from './errors';
import { parseFlags } from './flags';
import { openModel } from './models';

export async function tokens(context: Context, argv: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const known = { model: text, hub: text, prompt: text, bos: text };
  const flags = parseFlags('tokens', argv, known);
  const prompt = flags.needed('prompt');
  const bos = flags.oneOf('bos', ['on', 'off']);
  const model = flags.needed('model');
  // Splitting needs no adapter.
  const how = {
    engine: 'reference',
    naive: false,
    resume: false,
    hub: flags.text('hub'),
    weights: 'f32',
  } as const;
  const { engine, info } = await openModel(context, how, model);
  try {
    const split = await fromInput(engine.tokenize(prompt, bos ? bos === 'on' : info.bos));
    context.print(
      split
        .map(
          ({ id, text, isBos }, i) =>
            `${i}\t${id}\t${isBos && i === 0 && !text.startsWith('[') ? '[BOS]' : visibleToken(text)}`,
        )
        .join('\n'),
    );
  } finally {
    await engine.close();
  }
}
