import { describe, expect, it } from 'vitest';
import { builtinContext } from '../testing/builtin';
import { resolveStudy } from './question';
import type { StudySpec } from './spec';

const context = await builtinContext('atlas');
const resolve = async (question: object, change = {}) =>
  (await resolveStudy(question, 'study', { ...context, ...change })) as StudySpec;
const text = (...items: object[]) => ({ name: 'mine', text: JSON.stringify(items) });
const france = {
  prompt: 'The capital of France is',
  subject: 'France',
  answer: ' Paris',
  distractor: ' Oslo',
  corrupted: 'The capital of Norway is',
};
const long = {
  ...france,
  corrupted: 'The capital of the Central African Republic is',
  label: 'capital:long',
};

describe('a question about a set', () => {
  it('becomes cases with the name and hash of the set', async () => {
    const spec = await resolve({ set: text(france) });
    const [inline] = (await resolve({ cases: [france] })).cases;
    expect(spec.cases).toEqual([inline]);
    expect(spec.set).toEqual({ name: 'mine', sha256: expect.stringMatching(/^[\da-f]{64}$/) });
    expect(spec.metric).toBe('logit-diff');
    // A resolved spec is also a question.
    expect(await resolve(spec)).toEqual(spec);
  });

  it('may pin the file by its hash', async () => {
    const { set } = await resolve({ set: text(france) });
    await resolve({ set: { ...text(france), sha256: set!.sha256 } });
    await expect(resolve({ set: { ...text(long, france), sha256: set!.sha256 } })).rejects.toThrow(
      /^set mine: is another file, got SHA-256 /,
    );
  });

  it('refuses a misaligned pair with the words that differ, or leaves it out with the reason', async () => {
    const reason =
      /has another number of tokens, got 13, expected 6: 'the Central African Republic' is 8 tokens, 'France' is 1 token/;
    await expect(resolve({ set: text(france, long) })).rejects.toThrow(
      /^set mine: row 2: the corrupted prompt: has/,
    );
    await expect(resolve({ set: text(france, long) })).rejects.toThrow(reason);
    const spec = await resolve({ set: text(france, long), onMisaligned: 'skip' });
    expect(spec.cases).toHaveLength(1);
    expect(spec.leftOut).toEqual([{ label: 'capital:long', reason: expect.stringMatching(reason) }]);
    await expect(resolve({ set: text(long), onMisaligned: 'skip' })).rejects.toThrow(
      'study: no item is left',
    );
  });

  it.each([
    [{}, 'study: has no cases, got neither cases nor a set, expected one of them.'],
    [{ cases: [france], set: { name: 'x' } }, 'study: has cases and a set, got both'],
    [{ set: { name: 'x', take: 0 } }, 'study: set.take: wrong value, got 0, expected at least 1.'],
    [{ set: text({ prompt: ' ' }) }, 'set mine: row 1: prompt: wrong value'],
    [
      { set: text(france, { ...france, subject: 'Spain' }) },
      'set mine: row 2: subject: is not in the prompt',
    ],
  ])('refuses %j', async (question, sentence) => {
    await expect(resolve(question)).rejects.toThrow(sentence);
  });

  it('goes on with a number where a prompt ends in digits', async () => {
    const encode = async (word: string) => [{ id: word.startsWith(' ') ? 1 : 2, text: word, bytes: null }];
    const { cases } = await resolve(
      {
        cases: [
          { prompt: 'From 1700 to 17', tokens: [5], answer: '45' },
          { prompt: 'In', tokens: [5], answer: '45' },
        ],
      },
      { encode },
    );
    expect(cases.map(({ answer }) => answer.id)).toEqual([2, 1]);
  });
});

describe("Atlas's sets", () => {
  it.each([
    ['atlas-facts', 1432],
    ['capitals', 191],
    ['two-hop', 501],
    ['reversal', 167],
  ])('%s resolves for Atlas: answers and distractors are one token, twins align', async (name, n) => {
    const { cases, leftOut } = await resolve({ set: { name } });
    expect(cases).toHaveLength(n);
    expect(leftOut).toBeUndefined();
    for (const { answer, distractor, subject, tokens, corrupted } of cases) {
      expect([answer.typed, distractor!.typed]).toEqual([undefined, undefined]);
      if (!corrupted) continue;
      // Only the subject differs.
      const differs = tokens.flatMap((token, t) => (token === corrupted.tokens[t] ? [] : [t]));
      expect(differs[0]).toBeGreaterThanOrEqual(subject!.begin);
      expect(differs.at(-1)).toBeLessThan(subject!.end);
    }
  });
});
