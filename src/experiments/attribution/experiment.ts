/**
 * Direct logit attribution: the answer's logit (or its difference to the distractor's) as a sum over what was written to
 * the last residual stream, by component, head, neuron and source position. One unedited run; no effect is measured.
 */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { overCases } from '../common/average';
import { studyDocument } from '../common/document';
import { amountText, largestCell } from '../common/largest';
import { metricRow } from '../common/metric';
import { expectThat, parseStudy } from '../common/parse';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import { answerRowOf, type StudyCase, studyFields } from '../common/spec';
import type { DocumentContext, Experiment } from '../experiment';
import { capturesFor, type Decomposition, decompose, parts, type Target, weightsFor } from './decompose';
import { type Counted, figuresOf } from './figures';

const KIND = 'attribution';
/** Neurons of all cases that are kept at once. */
const MOST_NEURONS = 4_000_000;

const attributionSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    parts: z.array(z.enum(parts)).min(1).default(['components', 'heads']),
    /** Neurons that are listed, largest |mean| first. */
    topNeurons: z.number().int().min(1).max(1000).default(20),
  })
  .strict();

export type AttributionSpec = z.infer<typeof attributionSpec>;

export const attributionExperiment: Experiment<AttributionSpec, Decomposition | Skipped> = {
  kind: KIND,
  about: {
    title: 'Direct logit attribution',
    asks: 'Which parts write the answer into the last residual stream?',
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
    options: [
      {
        name: 'parts',
        label: 'Split the logit by',
        kind: 'multichoice',
        choices: [
          { value: 'components', label: 'attention and MLP of each block' },
          { value: 'heads', label: 'head' },
          { value: 'neurons', label: 'neuron' },
          { value: 'sources', label: 'head and source position' },
        ],
        default: ['components', 'heads'],
      },
      { name: 'topNeurons', label: 'Neurons to list', kind: 'number', default: 20, min: 1, max: 1000 },
    ],
  },
  parseSpec(json, model) {
    const spec = parseStudy(attributionSpec, json, KIND, model);
    expectThat(
      new Set(spec.parts).size === spec.parts.length,
      `${KIND}: parts`,
      spec.parts.join(),
      'each once',
    );
    if (model) checkModel(spec, model);
    return spec;
  },
  resolve: async (question, context) => {
    const spec = { ...(await resolveStudy(question, KIND, context)), kind: KIND };
    return attributionExperiment.parseSpec(spec, context.spec);
  },
  cases: (spec) => spec.cases.length,
  weights: (spec, model) => weightsFor(model, spec.parts),
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const captures = capturesFor(model, spec.parts, answerRowOf(one));
    return [{ id: 'clean', tokens: one.tokens, metric: metricRow(one), captures }];
  },
  measure(spec, model, i, { runs, weights }) {
    const one = spec.cases[i]!;
    const { metric, captures } = runs.clean!;
    const asked = {
      target: targetOf(spec, one),
      row: answerRowOf(one),
      T: one.tokens.length,
      metric: metric!,
    };
    return skipUnknown(spec, one, metric!) ?? decompose(model, spec.parts, asked, captures, weights);
  },
  reduce(spec, measured, context) {
    const cases = counted(measured);
    if (measured.every((numbers) => numbers === null)) return null;
    const figures = cases.length === 0 ? [] : figuresOf(spec, cases, context);
    return studyDocument(spec, measured, context, {
      finding: findingOf(spec, cases, figures[0], context),
      notes: context.spec.logitSoftcap === null ? [] : ['The sum is the logit before the soft cap.'],
      figures,
    });
  },
};

/** Throws one sentence where the logit is no sum. */
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

/** The logit difference where that is the metric, else the answer's logit. */
function targetOf(spec: AttributionSpec, { answer, distractor }: StudyCase): Target {
  return { answer: answer.id, distractor: spec.metric === 'logit-diff' ? distractor!.id : null };
}

/** The component that writes most, either way. */
function findingOf(
  spec: AttributionSpec,
  cases: readonly Counted[],
  components: Figure | undefined,
  { outcome }: DocumentContext,
): string {
  if (!components) return 'No case was measured: the model knows none of the answers.';
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
