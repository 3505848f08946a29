/**
 * Published tokenizers and configs, opened with tiny weights (the larger vocabularies in published.long.test.ts), and
 * what the documentation says of them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { families } from '../model/families';
import { isLarge, publishedModels } from '../load/testing/published';
import { expectPublished } from './testing/expectPublished';

const names = Object.keys(publishedModels);

it.each(names.filter((name) => !isLarge(publishedModels[name]!.tokenizer)))('%s', expectPublished);

describe('what the documentation lists as supported', () => {
  const proved = Object.entries(publishedModels).map(
    ([name, { config }]) => [config.model_type, name] as const,
  );
  const docs = readFileSync('docs/models.md', 'utf8');
  const [supported, opens] = docs.split('**Opens, not proved on a published checkpoint**');
  const rows = (text: string) =>
    [...text.matchAll(/^\| `([\w-]+)` \|(.*)$/gm)].map(([, type, rest]) => [type!, rest!] as const);

  it('is what was opened here, the rest is listed apart, and nothing is left out', () => {
    const table = rows(supported!);
    expect(new Set(table.map(([type]) => type))).toEqual(new Set(proved.map(([type]) => type)));
    for (const [type, name] of proved) {
      expect(table.find(([one]) => one === type)![1], name).toContain(name);
    }
    const others = rows(opens!.slice(0, opens!.indexOf('\n## '))).map(([type]) => type);
    expect(new Set([...table.map(([type]) => type), ...others])).toEqual(new Set(Object.keys(families)));
    expect(others.filter((type) => table.some(([one]) => one === type))).toEqual([]);
  });

  it("is the README's list", () => {
    const readme = readFileSync('README.md', 'utf8').replaceAll('\n', ' ');
    const [, list, apart] = /GGUF file: (.*), each proved on published files; (.*) opens, too/.exec(readme)!;
    const names = list!.replace(' and their kin', '').split(', ');
    expect(apart).toBe('XLM-R');
    for (const name of names)
      expect(
        rows(supported!).some(([, rest]) => rest.includes(name)),
        name,
      ).toBe(true);
    const words = [...names, apart!];
    for (const type of Object.keys(families).filter((one) => one !== 'loci-planted')) {
      const [first, rest] = rows(docs).find(([one]) => one === type)!;
      const isNamed = words.some((word) => rest.split('|')[0]!.includes(word));
      expect(isNamed, first).toBe(true);
    }
  });
});
