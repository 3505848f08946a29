import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../results/testing/sampleDocument';
import { draftOf, encodedOf, isCorruptedAlike, isSameQuestion, toQuestion, usesTwin } from './question';
import { EMPTY_DRAFT } from './stores/draft';

const document = sampleDocument();
const spec = document.spec as {
  tokens: number[];
  corruption: { rule: string; samples: number; seed: number };
};
const twin = { ...document, spec: { ...spec, corruption: { type: 'tokens', tokens: spec.tokens } } };

describe('the question of a trace in a document', () => {
  it('is asked again as it was typed: rules in place of what they became on its model', () => {
    const { rule, samples, seed } = spec.corruption;
    const question = toQuestion(draftOf(document), [1, 2], null);
    expect(question).toMatchObject({
      kind: 'causal-trace',
      cases: [{ subject: { begin: 1, end: 2 } }],
      corruption: { type: 'noise', noise: rule, samples, seed },
      window: 'depth',
    });
    expect(Object.keys(question).sort()).toEqual(
      ['kind', 'bos', 'metric', 'cases', 'corruption', 'kinds', 'window', 'groups'].sort(),
    );
    expect(question.groups).toEqual(['subject']);
  });

  it('has a twin of tokens, which the model spells', () => {
    const draft = draftOf(twin);
    expect([usesTwin(draft), draft.corruptTo]).toEqual([true, '']);
    expect(encodedOf(twin).corruptTo!.length).toBeGreaterThan(0);
    expect(encodedOf(document).corruptTo).toBeNull();
    const spelled = { ...draft, corruptTo: 'its twin' };
    expect(toQuestion(spelled, null, null)).toMatchObject({
      cases: [{ corrupted: 'its twin' }],
      corruption: { type: 'twin' },
    });
    expect(isSameQuestion(draft, spelled)).toBe(false);
    expect(isCorruptedAlike(draftOf(document), spelled)).toBe(false);
  });
});

it('a twin that another question needs is not of a trace by noise', () => {
  const draft = { ...EMPTY_DRAFT, prompt: 'a', corruptTo: 'b' };
  expect(toQuestion(draft, null, null)).toMatchObject({ cases: [{ prompt: 'a' }], groups: ['subject'] });
  expect(JSON.stringify(toQuestion(draft, null, null))).not.toContain('corrupted');
  expect(isSameQuestion(draft, { ...draft, corruptTo: 'c' })).toBe(true);
});
