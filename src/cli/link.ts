/** loci link: the address of a document. loci read: the document of an address. */
import { documentToText, textToDocument } from '../share/file';
import { readLink, writeLink } from '../share/link';
import { CUT_BY_CHATS, kindsOf } from '../share/kinds';
import { smallerLink } from '../share/smaller';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { outOf, readText } from './files';
import { parseFlags, texts } from './flags';
import { maxOf } from '../util/lists';
import { quoted } from '../util/parse';

/** Where `npm start` serves the page. */
const DEFAULT_BASE = 'http://127.0.0.1:4173/';

export async function link(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('link', argv, { ...texts('base', 'kind'), small: { type: 'boolean' } }, ['FILE']);
  const base = flags.text('base') ?? DEFAULT_BASE;
  if (!URL.canParse(base) || base.includes('#')) {
    throw new InputError(
      `--base: wrong value, got ${quoted(base)}, expected the page's address without '#'.`,
    );
  }
  const text = await readText(context.cwd, flags.args[0]!);
  const document = await fromInput(() => textToDocument(text));
  const kind = flags.text('kind');
  const kinds = kindsOf(document);
  if (!flags.isOn('small')) {
    if (kind) throw new InputError('--kind: goes with --small, got it alone, expected both.');
    const whole = base + (await fromInput(() => writeLink(document)));
    context.print(whole);
    if (kinds.length > 0 && whole.length > CUT_BY_CHATS)
      context.note(
        `${whole.length} characters. Some chats cut links above ${CUT_BY_CHATS}; --small makes a smaller one.`,
      );
    return;
  }
  if (kinds.length === 0)
    throw new InputError(
      `--small: is for traces and maps over pictures, got a document of kind ${quoted(document.kind)}.`,
    );
  if (kind && !kinds.includes(kind))
    throw new InputError(
      `--kind: not in this document, got ${quoted(kind)}, expected ${kinds.join(' or ')}.`,
    );
  context.print(base + (await fromInput(() => smallerLink(document, kind))));
}

export async function read(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('read', argv, texts('out'), ['URL']);
  const { document, steps } = await fromInput(() => readLink(flags.args[0]!));
  const text = documentToText(document);
  await (await outOf(context, flags.text('out') ?? '-')).write(text);
  const coarsest = maxOf(
    Object.values(steps).flatMap((planes) => Object.values(planes ?? {}) as number[]),
    0,
  );
  if (context.isTerminal)
    context.note(`The numbers came by link: they are at most ${(1.5 * coarsest).toExponential(1)} off.`);
}
