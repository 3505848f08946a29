/**
 * What if: the prompt's run with the user's edits, masks and rewrites, beside the unedited run.
 * Over several cases, the mean change of the metric with an interval.
 */
import { LOGITS } from '../../model/siteKinds';
import { largestIds } from '../../util/largest';
import type { Figure } from '../../results/document';
import { averaged, type Over, overCases } from '../common/average';
import { klDivergence, logSoftmax } from '../../util/distribution';
import { plain } from '../../results/format';
import { amountText, overText } from '../common/largest';
import { metricRow, metricText, metricUnit, metricValue } from '../common/metric';
import { answerRowOf } from '../common/spec';
import { study } from '../contract/study';
import type { DocumentContext } from '../experiment';
import { lensText } from '../common/lens';
import { alongOf } from './along';
import { type Controls, controlFigures, controlRuns, controlsOfRuns, controlsText } from './controls';
import { type EditVectors, prepareVectors } from './prepare';
import { checkIntervention, fields, type InterventionSpec, KIND, tablesOf } from './spec';

interface Numbers {
  readonly before: number;
  readonly after: number;
  /** KL(before || after) of the next token, nats. */
  readonly kl: number;
  /** The likeliest tokens before or after. */
  readonly tokens: readonly { readonly id: number; readonly before: number; readonly after: number }[];
  readonly controls: Controls;
}

export const interventionExperiment = study<typeof fields, Numbers, EditVectors, EditVectors>({
  kind: KIND,
  about: {
    title: 'What if',
    asks: 'What happens if I change this?',
    group: 'change',
    short: 'If I change this?',
    mediators: ['residual stream', 'sub-layer', 'head', 'neuron', 'direction', 'attention'],
    search: 'user',
    interventions: ['set', 'add', 'scale', 'swap', 'noise', 'project out', 'clamp', 'mask', 'rewrite', 'cut'],
    limits: 'A change may take the model where it never is; what it says there need not be how it works.',
    docs: 'intervention.md',
  },
  fields,
  check: checkIntervention,
  prepare: prepareVectors,
  plan(spec, model, i, vectors) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const captures = [{ site: LOGITS, rows: [answerRowOf(one)] }];
    const directions = spec.edits.map((edit, e) => (vectors[e] ? alongOf(edit, vectors[e]) : null));
    const twin = one.corrupted && { id: 'corrupted', tokens: one.corrupted.tokens, metric, captures };
    return [
      { id: 'clean', tokens: one.tokens, metric, captures },
      ...(twin ? [twin] : []),
      { id: 'edited', base: spec.on, metric, captures, ...tablesOf(spec, one, { model, directions }) },
      ...controlRuns(spec, one, { model, vectors, like: { metric } }),
    ];
  },
  measure(spec, _model, i, { runs }) {
    const logP = (id: string) => logSoftmax(runs[id]!.captures[LOGITS]!.data);
    const [before, after] = [logP(spec.on), logP('edited')];
    const one = spec.cases[i]!;
    const asked = [one.answer.id, ...(one.distractor ? [one.distractor.id] : [])];
    const ids = new Set([...asked, ...largestIds(before, spec.top), ...largestIds(after, spec.top)]);
    return {
      before: metricValue(spec.metric, runs[spec.on]!.metric!),
      after: metricValue(spec.metric, runs.edited!.metric!),
      kl: klDivergence(before, after),
      tokens: [...ids]
        .map((id) => ({ id, before: Math.exp(before[id]!), after: Math.exp(after[id]!) }))
        .sort((a, b) => Math.max(b.before, b.after) - Math.max(a.before, a.after)),
      controls: controlsOfRuns(spec, runs),
    };
  },
  found(spec, known, context) {
    const cases = known.map(({ numbers }) => numbers);
    const over = overCases(spec, known);
    const metric = levels(spec, cases, over);
    const beside = controlFigures(spec, cases, over);
    const figures = [metric, ...beside, divergence(cases, over)];
    const finding = `${findingOf(spec, metric, context)}${controlsText(spec, beside)}`;
    if (spec.cases.length === 1) figures.push(nextTokens(cases[0]!, context));
    return { finding, notes: notesOf(spec), figures };
  },
});

const notesOf = ({ lens }: InterventionSpec): string[] =>
  lens
    ? [
        `Directions of the Jacobian lens ${lensText(lens)}: J^T times a token’s row of the unembedding, without the final norm’s gain.`,
      ]
    : [];

function levels(spec: InterventionSpec, cases: readonly Numbers[], over: Over): Figure {
  return {
    name: 'metric',
    title: 'the answer before and after',
    axes: [{ name: 'run', labels: ['before', 'after', 'change'] }],
    unit: metricUnit(spec.metric),
    ...averaged(
      cases.map(({ before, after }) => [before, after, after - before]),
      over,
    ),
    drawn: 'bars',
    scale: 'signed',
    caption: `The ${spec.on} run without and with the changes.`,
  };
}

function divergence(cases: readonly Numbers[], over: Over): Figure {
  return {
    name: 'kl',
    title: 'how far the next-token distribution moves',
    axes: [{ name: 'measure', labels: ['KL(before || after)'] }],
    unit: 'nats',
    ...averaged(
      cases.map(({ kl }) => [kl]),
      { ...over, isDivergence: true },
    ),
    drawn: 'table',
    scale: 'positive',
  };
}

function nextTokens({ tokens }: Numbers, { outcome }: DocumentContext): Figure {
  return {
    name: 'next_tokens',
    title: 'what comes next',
    axes: [
      { name: 'token', labels: tokens.map(({ id }) => outcome(id)) },
      { name: 'run', labels: ['before', 'after'] },
    ],
    unit: 'probability',
    values: tokens.flatMap(({ before, after }) => [before, after]),
    drawn: 'table',
    scale: 'positive',
  };
}

function findingOf(spec: InterventionSpec, metric: Figure, { outcome }: DocumentContext): string {
  const [before, after, change] = metric.values as number[];
  const verb = change! > 0 ? 'raise' : change! < 0 ? 'lower' : 'leave';
  const to = change === 0 ? `at ${plain(before!)}` : `from ${plain(before!)} to ${plain(after!)}`;
  const by = `${change! > 0 ? '+' : ''}${amountText(change!, metric.intervals?.[2], metric.unit)}`;
  return `The changes ${verb} ${metricText(spec, outcome)} ${to} (${by}${overText(metric, ', one prompt')}).`;
}
