/** loci link: a document's address. loci read: an address's document. */
import { documentToText, textToDocument } from '../share/file';
import { readLink, writeLink } from '../share/link';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { readText, writeAtomic } from './files';
import { parseFlags } from './flags';

/** Where `npm start` serves the page. */
const DEFAULT_BASE = 'http://127.0.0.1:4173/';

export async function link(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('link', argv, { base: { type: 'string' } }, ['FILE']);
  const base = flags.text('base') ?? DEFAULT_BASE;
  if (!URL.canParse(base) || base.includes('#')) {
    throw new InputError(`--base: wrong value, got '${base}', expected the page's address without '#'.`);
  }
  const text = await readText(context.cwd, flags.args[0]!);
  const document = await fromInput(() => textToDocument(text));
  context.print(base + (await fromInput(() => writeLink(document))));
}

export async function read(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('read', argv, { out: { type: 'string' } }, ['URL']);
  const { document, steps } = await fromInput(() => readLink(flags.args[0]!));
  const text = documentToText(document);
  const out = flags.text('out');
  if (out === undefined) context.print(text.trimEnd());
  else await writeAtomic(context.cwd, out, text);
  const coarsest = Math.max(
    0,
    ...Object.values(steps).flatMap((planes) => Object.values(planes ?? {}) as number[]),
  );
  if (context.isTerminal)
    context.note(`The numbers came by link: they are at most ${(1.5 * coarsest).toExponential(1)} off.\n`);
}
