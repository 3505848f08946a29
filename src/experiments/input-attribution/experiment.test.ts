import { describe, expect, it } from 'vitest';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { inputAttributionExperiment } from './experiment';

const spec = {
  version: 1,
  kind: 'input-attribution',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [
    {
      prompt: 'a',
      tokens: [3, 14, 15, 9, 26],
      corrupted: { prompt: 'b', tokens: [3, 14, 20, 9, 26] },
      answer: { id: 5 },
      distractor: { id: 7 },
    },
  ],
};
it('x', async () => {
  for (const name of ['tiny-a', 'tiny-llama', 'tiny-gemma2', 'tiny-bert-classifier'])
    for (const baseline of ['zero', 'mean', 'twin'])
      for (const steps of [1, 5, 20, 100]) {
        const golden = await openGolden(name);
        const answer = name === 'tiny-bert-classifier' ? { answer: { id: 0 }, distractor: { id: 1 }, answerRow: 0 } : {};
        const extra = name === 'tiny-bert-classifier' ? { outcomes: 'classes' } : {};
        const doc = await runStudy(
          inputAttributionExperiment,
          { ...spec, ...extra, baseline, steps, cases: [{ ...spec.cases[0], ...answer }] },
          golden,
        );
        console.log(name, baseline, steps, doc.finding, figureOf(doc, 'completeness').values.at(-1));
      }
});
