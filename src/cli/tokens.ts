/** loci tokens: how a model splits a prompt, with the positions that --subject-range uses. */
import { FileCache } from '../load/cache';
import { diskStore } from '../load/diskStore';
import { encodeText } from '../load/encode';
import { openVocabulary } from '../load/open';
import { visibleToken } from '../util/visible';
import type { Context } from './context';
import { fromInput } from './errors';
import { cacheFolder } from './files';
import { parseFlags, texts } from './flags';
import { findModel, hubFlags } from './models';

export async function tokens(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('tokens', argv, texts('model', 'hub', 'token-for', 'prompt', 'bos'));
  const prompt = flags.needed('prompt');
  const bos = flags.oneOf('bos', ['on', 'off']);
  const model = flags.needed('model');
  const { source, folder } = await findModel(context, model, hubFlags(flags));
  // Splitting a text needs neither weights nor an engine.
  const cache = new FileCache(diskStore(cacheFolder(context.env)));
  const options = { startThread: context.startThread, cache, ...(folder ? { folder } : {}) };
  const vocabulary = await fromInput(openVocabulary(source, options));
  const added = bos ? bos === 'on' : vocabulary.bos;
  const split = await fromInput(encodeText(vocabulary, prompt, added)).finally(vocabulary.tokenizer.close);
  context.print(
    ...split.map(
      ({ id, text, isBos }, i) =>
        `${i}\t${id}\t${isBos && i === 0 && !text.startsWith('[') ? '[BOS]' : visibleToken(text)}`,
    ),
  );
}
