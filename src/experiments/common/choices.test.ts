import { describe, expect, it } from 'vitest';
import { builtinContext } from '../testing/builtin';
import { chosenSubject, specialNames, withChoices } from './choices';
import { promptTokens } from './prompt';

const [paris, oslo] = [901, 902];
const context = {
  ...(await builtinContext('atlas')),
  predict: async () => paris,
  likeliest: async (_: readonly number[], k: number) => [paris, oslo, 903].slice(0, k),
};
const prompt = 'The capital of France is';
const range = async (text: string, subject: string) => {
  const tokens = await promptTokens(text, 'prompt', true, context);
  const { begin, end } = chosenSubject(text, tokens, context)!;
  expect(
    tokens
      .slice(begin, end)
      .map((token) => token.text)
      .join('')
      .trim(),
  ).toBe(subject);
  return { begin, end };
};

describe('what a question leaves open', () => {
  it('is the subject of a trace without a twin', async () => {
    const needs = { subject: 'or twin' } as const;
    const chosen = { cases: [{ prompt, subject: await range(prompt, 'France') }] };
    expect(await withChoices({ cases: [{ prompt }] }, needs, context)).toEqual(chosen);
    const twin = { cases: [{ prompt, corrupted: 'The capital of Norway is' }] };
    expect(await withChoices(twin, needs, context)).toBe(twin);
  });

  it('is the likeliest token beside the answer, where a difference is asked for', async () => {
    const one = { prompt, subject: 'France' };
    const asked = { cases: [one], metric: 'logit-diff' };
    const withOther = (own: object, id: number) => ({ ...asked, cases: [{ ...own, distractor: { id } }] });
    expect(await withChoices(asked, {}, context)).toEqual(withOther(one, oslo));
    const answered = { ...one, answer: { id: oslo } };
    expect(await withChoices({ ...asked, cases: [answered] }, {}, context)).toEqual(
      withOther(answered, paris),
    );
    const level = { ...asked, metric: 'p' };
    expect(await withChoices(level, {}, context)).toBe(level);
  });

  it("is a study's, if its only prompt lacks what the study needs", async () => {
    const text = 'Anna lives in Norway and speaks';
    const study = { kind: 'study', cases: [{ prompt: text }] };
    expect(await withChoices(study, {}, context)).toBe(study);
    expect(await withChoices(study, { subject: true, distractor: true }, context)).toEqual({
      ...study,
      cases: [{ prompt: text, subject: await range(text, 'Norway'), distractor: { id: oslo } }],
    });
  });

  it.each([
    { cases: [{ prompt, subject: 'France' }] },
    { cases: [{ prompt: '  ' }] },
    { cases: [{ prompt, tokens: [1, 2, 3] }] },
    { cases: [{ prompt }, { prompt }] },
    { set: { name: 'capitals' } },
  ])('is nothing in %j', async (question) => {
    expect(await withChoices(question, { subject: true }, context)).toBe(question);
  });

  it('is no distractor where the model has one token', async () => {
    const alone = { ...context, likeliest: async () => [paris] };
    const asked = { cases: [{ prompt, subject: 'France' }], metric: 'logit-diff' };
    const { cases } = await withChoices(asked, {}, alone);
    expect(cases).toEqual([{ ...asked.cases[0], distractor: undefined }]);
  });

  it('rejects a prompt that is too long with one sentence', async () => {
    const long = 'France '.repeat(100);
    await expect(withChoices({ cases: [{ prompt: long }] }, { subject: true }, context)).rejects.toThrow(
      /^prompt: is too long/,
    );
  });
});

it('special tokens are no words', async () => {
  expect(specialNames({ ...context, maskToken: { id: 3, text: '[MASK]' } })).toContain('[MASK]');
  const mask = { ...context, maskToken: { id: 3, text: 'France' } };
  const tokens = await promptTokens(prompt, 'prompt', true, context);
  expect(chosenSubject(prompt, tokens, mask)).not.toEqual(chosenSubject(prompt, tokens, context));
});
