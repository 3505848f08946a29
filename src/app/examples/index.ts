/** Worked examples: real findings as share links. The first is part of the first load. */
import list from './examples.json';
import first from './links/0.txt?raw';

/** `note`: what to look for. */
export const examples: readonly { readonly title: string; readonly note: string }[] = list;

const later = import.meta.glob<string>(['./links/*.txt', '!./links/0.txt'], {
  query: '?raw',
  import: 'default',
});

/** Fragment of an example's share link, with '#'; fetched on demand. */
export async function exampleLink(index: number): Promise<string> {
  return index === 0 ? first : later[`./links/${index}.txt`]!();
}
