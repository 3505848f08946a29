/**
 * The residual stream as a path (Singh 2023), one step per sub-layer: step lengths, turns, distance
 * to the end and to the answer's vector, and the source positions of attention steps. One unedited
 * run.
 */
import { LOGITS } from '../../model/siteKinds';
import { lengthOf } from '../common/directions';
import { metricRow } from '../common/metric';
import { expectThat } from '../common/parse';
import { checkRows } from '../common/placeRows';
import { rowsAndAnswer, rowsField, rowsOf } from '../common/rows';
import { answerRowOf } from '../common/spec';
import { unembedding } from '../common/streamMatrix';
import { check } from '../contract/fields';
import { study } from '../contract/study';
import { principalComponents } from '../../util/principal';
import { figuresOf, findingOf, type PathNumbers } from './figures';
import {
  cosine,
  pathCaptures,
  pathGap,
  pathOf,
  sourceCaptures,
  sourceWeights,
  splitBySource,
  turns,
} from './path';
import { cosines, rankCorrelation, rankOf } from './proximity';
import { maxOf } from '../../util/lists';

const KIND = 'trajectory';

const fields = {
  positions: rowsField('Paths of'),
  /** Also each state's nearness to every unembedding vector. */
  proximity: check({ label: 'Nearness to every token', default: true }),
};

export const trajectoryExperiment = study<typeof fields, PathNumbers>({
  kind: KIND,
  about: {
    title: 'Residual trajectory',
    asks: 'Which way does the state take from the embedding to the answer?',
    group: 'where',
    short: 'Which way through?',
    mediators: ['residual stream', 'sub-layer', 'attention'],
    search: 'observation',
    interventions: [],
    limits:
      'Lengths and angles treat all directions alike; the model does not: a long step may go where nothing reads.',
    docs: 'trajectory.md',
    citation: {
      text: 'Singh, Analyzing transformer dynamics as movement through embedding space (2023)',
      url: 'https://arxiv.org/abs/2308.10874',
    },
  },
  fields,
  check(spec, model) {
    checkRows(spec.positions, spec, `${KIND}: positions`);
    if (model)
      expectThat(
        model.placement !== 'post' && model.head === 'lm',
        `${KIND}: model`,
        `${model.family} (norms: ${model.placement}, head: ${model.head})`,
        'a decoder without norms on its residual stream, whose steps add up',
      );
  },
  weights: (spec, model) => [...sourceWeights(model), ...(spec.proximity ? [unembedding(model)] : [])],
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const rows = rowsAndAnswer(spec.positions, one, KIND);
    const captures = [
      ...pathCaptures(model, rows),
      ...sourceCaptures(model, answerRowOf(one)),
      ...(spec.proximity ? [{ site: LOGITS, rows }] : []),
    ];
    return [{ id: 'clean', tokens: one.tokens, metric: metricRow(one), captures }];
  },
  measure(spec, model, i, { runs, weights }) {
    const one = spec.cases[i]!;
    const { captures } = runs.clean!;
    const all = rowsAndAnswer(spec.positions, one, KIND);
    const paths = all.map((_, r) => pathOf(model, captures, r));
    const own = rowsOf(spec.positions, one, KIND).map((row) => all.indexOf(row));
    const row = answerRowOf(one);
    const { steps } = paths[all.indexOf(row)]!;
    const stepsPerBlock = steps.length / model.nLayers;
    const splits = Array.from({ length: model.nLayers }, (_, l) =>
      splitBySource(
        model,
        l,
        { row, T: one.tokens.length, step: steps[stepsPerBlock * l]! },
        captures,
        weights,
      ),
    );
    const table = spec.proximity ? weights[unembedding(model)]! : null;
    const near = (r: number) =>
      paths[r]!.points.map((point) => {
        const toTokens = cosines(point, table!);
        const V = model.dVocab;
        const final = captures[LOGITS]!.data.subarray(r * V, (r + 1) * V);
        return { rank: rankOf(toTokens, one.answer.id), correlation: rankCorrelation(toTokens, final) };
      });
    const proximity = table ? own.map(near) : null;
    const of = <T>(get: (r: number) => readonly T[]): T[][] => own.map((r) => [...get(r)]);
    const pathLength = (r: number) => paths[r]!.steps.reduce((sum, step) => sum + lengthOf(step), 0);
    const displacement = (r: number) => {
      const { points } = paths[r]!;
      return lengthOf(points.at(-1)!.map((x, d) => x - points[0]![d]!));
    };
    return {
      norm: of((r) => paths[r]!.points.map(lengthOf)),
      cosine: of((r) => paths[r]!.points.map((point) => cosine(point, paths[r]!.points.at(-1)!))),
      rank: proximity?.map((points) => points.map(({ rank }) => rank)) ?? null,
      correlation: proximity?.map((points) => points.map(({ correlation }) => correlation)) ?? null,
      stepLength: of((r) => paths[r]!.steps.map(lengthOf)),
      turn: of((r) => turns(paths[r]!.steps)),
      extent: of((r) => [pathLength(r), displacement(r)]),
      sources: splits.flatMap(({ lengths }) => lengths),
      shares: splits.flatMap(({ shares }) => shares),
      plane:
        spec.cases.length === 1
          ? principalComponents(
              own.flatMap((r) => paths[r]!.points),
              2,
            )
          : null,
      gaps: [maxOf(paths.map(pathGap)), maxOf(splits.map(({ gap }) => gap))],
    };
  },
  found: (spec, cases, context) => ({
    finding: findingOf(spec, cases, context),
    figures: figuresOf(spec, cases, context),
  }),
});
