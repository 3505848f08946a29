import { describe, expect, it } from 'vitest';
import { gpt2Spec } from '../../model/testing';
import type { ResolveContext } from '../common/prompt';
import { continuationOf } from './continuation';

const seen: number[][] = [];
const context = {
  spec: gpt2Spec(),
  predict: async (tokens: readonly number[]) => {
    seen.push([...tokens]);
    return 10 + tokens.length;
  },
} as unknown as ResolveContext;
const one = { prompt: 'a', tokens: [1, 2], answer: { id: 3 } };
const study = { bos: false, metric: 'p', cases: [one] };

describe('the continuation of a prompt', () => {
  it('is what the model says next, each token after those before it', async () => {
    expect(await continuationOf(3, study, context)).toEqual([12, 13, 14]);
    expect(seen).toEqual([
      [1, 2],
      [1, 2, 12],
      [1, 2, 12, 13],
    ]);
  });

  it('is empty unless it is asked for, and may be given as tokens', async () => {
    expect(await continuationOf(0, study, context)).toEqual([]);
    expect(await continuationOf(undefined, study, context)).toBeUndefined();
    expect(await continuationOf([4], study, context)).toEqual([4]);
  });

  it('is refused before the model says anything', async () => {
    const before = seen.length;
    const encoder = { ...context, spec: { ...context.spec, head: 'mlm' as const } };
    await expect(continuationOf(1, study, encoder)).rejects.toThrow(
      'input-attribution: continuation: wrong value, got head mlm, expected a model that predicts the next token.',
    );
    const two = { ...study, cases: [one, one] };
    await expect(continuationOf(1, two, context)).rejects.toThrow(
      'got 2 prompts, expected one prompt for it.',
    );
    expect(seen).toHaveLength(before);
  });
});
