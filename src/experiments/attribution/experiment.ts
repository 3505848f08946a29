/**
 * Direct logit attribution: the answer's logit (or its difference to the distractor's) as a sum
 * over writes to the last residual stream. One unedited run; measures no effect.
 */
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { overCases } from '../common/average';
import { amountText, largestCell } from '../common/largest';
import { metricRow } from '../common/metric';
import { expectThat } from '../common/parse';
import { answerRowOf, type StudyCase } from '../common/spec';
import { choices, number, type SpecOf } from '../contract/fields';
import { study } from '../contract/study';
import type { DocumentContext } from '../experiment';
import { capturesFor, decompose, type Target, weightsFor } from './decompose';
import { type Counted, figuresOf } from './figures';

const KIND = 'attribution';
/** Most neurons kept at once, over all cases. */
const MOST_NEURONS = 4_000_000;

const fields = {
  parts: choices({
    label: 'Split the logit by',
    choices: {
      components: 'attention and MLP of each block',
      heads: 'head',
      neurons: 'neuron',
      sources: 'head and source position',
    },
    default: ['components', 'heads'],
  }),
  /** Neurons listed, largest |mean| first. */
  topNeurons: number({ label: 'Neurons to list', default: 20, min: 1, max: 1000, whole: true }),
};

export type AttributionSpec = SpecOf<typeof fields>;

export const attributionExperiment = study({
  kind: KIND,
  about: {
    title: 'Direct logit attribution',
    asks: 'Which parts write the answer into the last residual stream?',
    group: 'part',
    short: 'What writes it?',
    mediators: ['sub-layer', 'head', 'neuron'],
    search: 'observation',
    interventions: [],
    limits:
      'It shows what is written directly for the answer, not what later parts read: a part can matter without writing for it.',
    docs: 'attribution.md',
    citation: {
      text: 'Elhage et al., A mathematical framework for transformer circuits (2021)',
      url: 'https://transformer-circuits.pub/2021/framework/index.html',
    },
  },
  fields,
  check(spec, model) {
    const { parts: asked } = spec;
    expectThat(new Set(asked).size === asked.length, `${KIND}: parts`, asked.join(), 'each once');
    if (model) checkModel(spec, model);
  },
  weights: (spec, model) => weightsFor(model, spec.parts),
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const captures = capturesFor(model, spec.parts, answerRowOf(one));
    return [{ id: 'clean', tokens: one.tokens, metric: metricRow(one), captures }];
  },
  measure(spec, model, i, { runs, weights }) {
    const one = spec.cases[i]!;
    const { metric, captures } = runs.clean!;
    const target = targetOf(spec, one);
    const asked = { target, row: answerRowOf(one), T: one.tokens.length, metric: metric! };
    return decompose({ model, captures, weights }, spec.parts, asked);
  },
  found(spec, cases, context) {
    const figures = figuresOf(spec, cases, context);
    return {
      finding: findingOf(spec, cases, figures[0]!, context),
      notes: context.spec.logitSoftcap === null ? [] : ['The sum is the logit before the soft cap.'],
      figures,
    };
  },
});

/** Throws one sentence if the logit is not a sum. */
function checkModel(spec: AttributionSpec, model: ModelSpec): void {
  const isSum = model.placement !== 'post' && model.head === 'lm' && !model.embedNorm;
  expectThat(
    isSum,
    `${KIND}: model`,
    `${model.family} (norms: ${model.placement}, head: ${model.head})`,
    'a decoder whose last residual stream is a sum, without norms on the stream and with a linear head',
  );
  if (!spec.parts.includes('neurons')) return;
  expectThat(model.dMlp > 0, `${KIND}: parts`, "'neurons'", 'a model with MLPs for it');
  expectThat(model.experts === null, `${KIND}: parts`, "'neurons'", 'a model without experts for it');
  const neurons = spec.cases.length * model.nLayers * model.dMlp;
  expectThat(
    neurons <= MOST_NEURONS,
    `${KIND}: parts`,
    `neurons of ${spec.cases.length} cases (${neurons} numbers)`,
    `at most ${Math.floor(MOST_NEURONS / (model.nLayers * model.dMlp))} cases with neurons`,
  );
}

/** The logit difference if that is the metric, else the answer's logit. */
function targetOf(spec: AttributionSpec, { answer, distractor }: StudyCase): Target {
  return { answer: answer.id, distractor: spec.metric === 'logit-diff' ? distractor!.id : null };
}

/** The component with the largest |term|. */
function findingOf(
  spec: AttributionSpec,
  cases: readonly Counted[],
  components: Figure,
  { outcome }: DocumentContext,
): string {
  const rows = cases.map(({ numbers }) => numbers.components);
  const samples = { rows, over: overCases(spec, cases) };
  const best = largestCell([{ figure: components, samples }], 'either')!;
  const total = amountText(components.levels![0]!.value, null, 'logits');
  const [one] = spec.cases;
  const name = (id: number) => `*${outcome(id).trim()}*`;
  const isDifference = spec.metric === 'logit-diff';
  const single = isDifference
    ? `the logit difference between ${name(one!.answer.id)} and ${name(one!.distractor!.id)}`
    : `the logit of ${name(one!.answer.id)}`;
  const several = isDifference ? 'the logit difference' : 'the answer’s logit';
  const what = spec.cases.length === 1 ? single : `${several}, a mean over ${cases.length} prompts`;
  const amount = amountText(best.value, best.interval, 'logits');
  return `Of ${what} (${total}), ${components.axes[0]!.labels[best.cell]} writes most: ${amount}.`;
}
