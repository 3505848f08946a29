import { expect, it } from 'vitest';
import { patchingExperiment } from '../experiments/activation-patching/experiment';
import { inputAttributionExperiment } from '../experiments/input-attribution/experiment';
import { experiments } from '../experiments/registry';
import { inCell, lacking, MEDIATORS, SEARCHES } from './catalogue';
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

it('the map has every experiment, and by gradient also those that can be estimated', () => {
  const cells = SEARCHES.map((search) => MEDIATORS.map((mediator) => inCell(experiments, mediator, search)));
  const kinds = new Set(cells.flat(2).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(experiments.map(({ kind }) => kind).sort());
  const kindsOf = (mediator: (typeof MEDIATORS)[number]) =>
    inCell(experiments, mediator, 'gradient').map(({ kind }) => kind);
  expect(kindsOf('input token')).toEqual([inputAttributionExperiment.kind]);
  expect(kindsOf('head')).toEqual([patchingExperiment.kind]);
});
