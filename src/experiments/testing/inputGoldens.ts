/** Compares input attribution with Captum's, see reference/goldens/input_attribution.py. */
import type { Golden } from '../../forward/testing';
import type { RunForward } from '../../forward/request/contract';
import { maxOf } from '../../util/lists';
import { inputAttributionExperiment } from '../input-attribution/experiment';
import { figureOf, largestDifference, runStudy } from './study';

export const BASELINES = ['zero', 'mean', 'twin'] as const;
type Baseline = (typeof BASELINES)[number];
type Entries = Readonly<Record<Baseline | 'input-x-gradient' | 'saliency', readonly number[]>>;

export interface InputGolden {
  readonly steps: number;
  readonly prompt: readonly number[];
  readonly twin: readonly number[];
  readonly answer: number;
  readonly distractor: number;
  readonly checkpoints: Readonly<
    Record<string, Entries & { readonly gaps: Readonly<Record<Baseline, number>> }>
  >;
}

/** Our spec of Captum's question. */
export const inputSpec = ({ steps, prompt, twin, answer, distractor }: InputGolden, more: object = {}) => ({
  version: 1,
  kind: 'input-attribution',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [
    {
      prompt: 'a',
      tokens: prompt,
      corrupted: { prompt: 'b', tokens: twin },
      answer: { id: answer },
      distractor: { id: distractor },
    },
  ],
  steps,
  ...more,
});

/** Largest error of every method's entries, as a share of Captum's largest; and of the gap, in logits. */
export async function inputErrors(
  golden: Golden,
  theirs: InputGolden,
  { name, baseline }: { readonly name: string; readonly baseline: Baseline },
  forward?: RunForward,
): Promise<Readonly<Record<string, number>>> {
  const wanted = theirs.checkpoints[name]!;
  const methods = ['integrated-gradients', 'input-x-gradient', 'saliency'];
  const spec = inputSpec(theirs, { methods, baseline, dimensions: true });
  const document = await runStudy(inputAttributionExperiment, spec, golden, forward);
  const error = (method: string, entries: readonly number[]) =>
    largestDifference(figureOf(document, `${method} dimensions`), entries) / maxOf(entries.map(Math.abs));
  const gap = figureOf(document, 'completeness').values.at(-1)!;
  return {
    'integrated-gradients': error('integrated-gradients', wanted[baseline]),
    'input-x-gradient': error('input-x-gradient', wanted['input-x-gradient']),
    saliency: error('saliency', wanted.saliency),
    gap: Math.abs(gap - wanted.gaps[baseline]),
  };
}
