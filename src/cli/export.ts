/** loci export: a document as a script, arrays, a table or a picture for other programs. */
import { documentSvg } from '../panels/svg';
import { exportFormats } from '../share/exportFormats';
import { textToDocument } from '../share/file';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { outOf, readText } from './files';
import { parseFlags, texts } from './flags';
import { quoted } from '../util/parse';

export async function exportDocument(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('export', argv, texts('as', 'out'), ['FILE']);
  const as = flags.needed('as');
  const text = await readText(context.cwd, flags.args[0]!);
  const document = await fromInput(() => textToDocument(text));
  const formats = [...exportFormats(document), { id: 'svg', content: () => documentSvg(document) }];
  const format = formats.find(({ id }) => id === as);
  if (!format) {
    const known = formats.map(({ id }) => id).join(', ');
    throw new InputError(
      `--as: there is no such format of a ${document.kind} result, got ${quoted(as)}, expected ${known}.`,
    );
  }
  const content = await fromInput(() => format.content());
  const out = flags.text('out');
  if (out === undefined && typeof content !== 'string')
    throw new InputError(`--out: is missing, got nothing, expected a file: ${as} is not text.`);
  await (await outOf(context, out ?? '-')).write(content);
}
