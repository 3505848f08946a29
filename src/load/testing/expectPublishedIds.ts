/** A published tokenizer against `tokenizers`, straight: 200 texts, alone and with what is put around them. */
import { expect } from 'vitest';
import { readTokenizer } from '../tokenizer/files';
import { idsBeside, publishedIds, tokenizerFiles } from './published';

export async function expectPublishedIds(name: string): Promise<void> {
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
}
