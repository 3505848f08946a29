/** Every published tokenizer against `tokenizers`, straight: 200 texts each, alone and with what is put around them. */
import { expect, it } from 'vitest';
import { idsBeside, publishedIds, TOKENIZERS, tokenizerFiles } from '../testing/published';
import { readTokenizer } from './files';

it.each(TOKENIZERS)('%s', async (name) => {
  const { tokenizer, facts } = await readTokenizer({ files: await tokenizerFiles(name), modelType: '' }, {});
  const idsOf = (text: string) => tokenizer.encode(text).map(({ id }) => id);
  const { texts, ids, before, after } = publishedIds(name);
  expect(new Set(texts).size).toBe(200);
  texts.forEach((text, i) => {
    if (ids[i]) expect(idsOf(text), JSON.stringify(text)).toEqual(ids[i]);
    else expect(() => idsOf(text), JSON.stringify(text)).toThrow('do not spell');
  });
  const { prefix, suffix } = facts.bos ? facts.special : { prefix: [], suffix: [] };
  expect([...prefix, ...suffix].map(({ id }) => id)).toEqual([...before, ...after]);
  expect(prefix).toHaveLength(before.length);
  const published = idsBeside(name);
  published?.texts.forEach((text, i) => {
    expect(idsOf(text), JSON.stringify(text)).toEqual(published.ids[i]);
  });
});
