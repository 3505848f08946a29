import { expect, it } from 'vitest';
import { passagesOf, textsOf } from './passages';

it('texts are paragraphs', () => {
  expect(textsOf(' a\nb \n\n\n c\n \nd')).toEqual(['a b', 'c', 'd']);
  expect(textsOf(' \n\n')).toEqual([]);
});

it('facts become passages of eight sentences, each fact once', () => {
  const facts = Array.from({ length: 17 }, (_, i) => ({
    relation: 'r',
    prompt: `Fact ${i} is`,
    subject: `${i}`,
    answer: ` ${i}`,
  }));
  const passages = passagesOf(facts);
  expect(passages).toHaveLength(3);
  expect(passages.join(' ').split('.').length - 1).toBe(17);
  expect(passages[0]).toMatch(/^Fact 0 is 0\. Fact 3 is 3\. /);
});
