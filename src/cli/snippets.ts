/** Code in a spec runs only with permission, from the person at the terminal or a flag. */
import { snippetsOf } from '../experiments/intervention/snippets';
import { named } from '../util/parse';
import type { Context } from './context';
import { InputError } from './errors';
import type { Flags, FlagSpec } from './flags';

export const snippetFlags: Readonly<Record<string, FlagSpec>> = { 'allow-snippets': { type: 'boolean' } };

/** Rejects with InputError if the spec has snippets that are not allowed. `path`: its file. */
export async function allowSnippets(
  { ask }: Context,
  flags: Flags,
  spec: Readonly<Record<string, unknown>>,
  path: string,
): Promise<void> {
  const snippets = snippetsOf(spec);
  if (snippets.length === 0 || flags.isOn('allow-snippets')) return;
  const where = named(path);
  if (!ask)
    throw new InputError(
      `${where}: carries code (WGSL snippets) that would run on the graphics card, got ${snippets.length}, expected --allow-snippets. Read them first.`,
    );
  const code = snippets.flatMap((snippet) => ['', ...snippet.split('\n').map((line) => `    ${line}`)]);
  const lines = [`${where} carries code that changes activations on your graphics card:`, ...code, ''];
  if (!(await ask(lines, 'Run it?'))) throw new InputError(`${where}: its code was not allowed to run.`);
}
