import { expect, it } from 'vitest';
import { inputAttributionExperiment } from '../experiments/input-attribution/experiment';
import { lacking } from './catalogue';
import { EMPTY_DRAFT } from './stores/draft';

it('a question that a chosen option gives a twin to lacks it until it is typed', () => {
  const { kind, about } = inputAttributionExperiment;
  const draft = { ...EMPTY_DRAFT, kind, prompt: 'The capital of France is' };
  const begins = (baseline: string, corruptTo = '') =>
    lacking({ kind, about }, { ...draft, corruptTo, options: { [kind]: { baseline } } }, null, false);
  expect(begins('zero')).toBeNull();
  expect(begins('twin')).toBe('a corrupted twin');
  expect(begins('twin', 'The capital of Spain is')).toBeNull();
});
