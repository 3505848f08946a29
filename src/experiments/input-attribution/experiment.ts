/**
 * Input attribution: how much each token of the prompt gives to the answer, by the gradient of the
 * metric with respect to the token embeddings (Simonyan et al. 2014; Sundararajan et al. 2017). No
 * token is taken away: the numbers say how the model computes at this prompt, and along a path.
 */
import type { ModelSpec } from '../../model/spec';
import type { Experiment } from '../experiment';
import { study } from '../contract/study';
import { notesOf } from './completeness';
import { figuresOf } from './figures';
import { findingOf } from './finding';
import { type InputNumbers, inputNumbers, inputRuns } from './runs';
import { checkInputs, fields, type InputSpec, isIntegrated, KIND, needsTwin } from './spec';

const TABLE = 'embed.W_E';

/** The mean embedding is read once, before the prompts. */
const prepareMean: NonNullable<
  Experiment<InputSpec, unknown, readonly number[], readonly number[]>['prepare']
> = {
  cases: (spec) => Number(readsMean(spec)),
  plan: (spec) => [{ id: 'prompt', tokens: spec.cases[0]!.tokens }],
  measure: (_spec, model, _i, { weights }) => meanEmbedding(model, weights[TABLE]!),
  reduce: (_spec, _model, observed) => observed[0] ?? [],
  blank: (_spec, { dModel }) => new Array<number>(dModel).fill(0),
  weights: (spec) => (readsMean(spec) ? [TABLE] : []),
};

const readsMean = (spec: InputSpec): boolean => spec.baseline === 'mean' && isIntegrated(spec);

/** As `hook_embed` has it: rows of the table times the model's scale. */
function meanEmbedding({ dModel: D, embedScale }: ModelSpec, table: Float32Array): number[] {
  const sum = new Float64Array(D);
  for (let i = 0; i < table.length; i++) sum[i % D]! += table[i]!;
  return Array.from(sum, (value) => (embedScale * value * D) / table.length);
}

export const inputAttributionExperiment = study<
  typeof fields,
  InputNumbers,
  readonly number[],
  readonly number[]
>({
  kind: KIND,
  about: {
    title: 'Input attribution',
    asks: 'Which tokens of the prompt give the answer?',
    group: 'part',
    short: 'Which tokens count?',
    mediators: ['input token'],
    search: 'gradient',
    interventions: [],
    limits:
      'A gradient says how the answer would follow a small change of an embedding, not what taking the token away would do; integrated gradients also depend on their baseline.',
    docs: 'input-attribution.md',
    citation: {
      text: 'Sundararajan et al., Axiomatic attribution for deep networks (2017)',
      url: 'https://arxiv.org/abs/1703.01365',
    },
    needs: { twinIf: { baseline: 'twin' } },
  },
  fields,
  requires: (json) => ({ corrupted: needsTwin(json) }),
  check: checkInputs,
  prepare: prepareMean,
  size(spec, _model, i) {
    const { steps, continuation } = spec;
    const each = 1 + (isIntegrated(spec) ? 1 + steps : 0);
    const tokens = spec.cases[i]!.tokens.length + Math.max(0, continuation.length - 1);
    return { runs: each * (1 + continuation.length), tokens };
  },
  plan: (spec, _model, i, mean) => inputRuns(spec, spec.cases[i]!, mean),
  measure: (spec, _model, _i, { runs }) => inputNumbers(spec, runs),
  found: (spec, cases, context) => ({
    finding: findingOf(spec, cases, context),
    notes: notesOf(spec, cases, context),
    figures: figuresOf(spec, cases, context),
  }),
});
