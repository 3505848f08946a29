import { expect, it } from 'vitest';
import { experiments } from '../experiments/registry';
import { toQuestion } from './question';
import { shownIn, shownValues } from './shown';
import { EMPTY_DRAFT } from './stores/draft';

const { about } = experiments.find(({ kind }) => kind === 'graph')!;
const names = (values: object) => shownIn(about.options!, { ...values }).map(({ name }) => name);

it('a field is shown only where others call for it, by value or default', () => {
  expect(names({})).not.toContain('edges');
  expect(names({ method: 'chosen' })).toContain('edges');
  expect(names({ ablation: 'zero' })).not.toContain('constant');
});

it('hidden values are not asked, but stay in the form; what no field shows is asked', () => {
  const own = { ablation: 'zero', constant: 2, method: 'chosen', edges: ['input->logits'], other: 1 };
  const { constant: _, ...asked } = own;
  expect(shownValues(about.options!, own)).toEqual(asked);
  const draft = { ...EMPTY_DRAFT, kind: 'graph', prompt: 'a', options: { graph: own } };
  expect(toQuestion(draft, null, experiments)).toMatchObject(asked);
  expect(toQuestion(draft, null, experiments)).not.toHaveProperty('constant');
});
