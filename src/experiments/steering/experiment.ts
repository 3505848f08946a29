/**
 * Steering: adds alpha times a direction to a site and watches the answer by dose. All doses use
 * the same prompts (common random numbers), so effects are means of paired differences. Random
 * directions of equal length are controls.
 */
import { LOGITS } from '../../model/siteKinds';
import type { Run } from '../../forward/request/types';
import { overCases } from '../common/average';
import { randomDirection, lengthOf } from '../common/directions';
import { klDivergence, logSoftmax } from '../../util/distribution';
import { GRIDS } from '../common/grids';
import { metricRow, metricValue } from '../common/metric';
import { rowsOf } from '../common/rows';
import { study } from '../contract/study';
import { type Directions, prepareDirections } from './direction';
import { type DoseNumbers, figuresOf, findingOf } from './figures';
import { checkSteering, fields, KIND } from './spec';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';

/** Set 0 is the direction; the others are controls. */
const runId = (layer: number, set: number, dose: number): string => `${layer}.${set}.${dose}`;
const unitOf = (layer: number, set: number): string => (set === 0 ? `${layer}` : `${layer}.random`);

export const steeringExperiment = study<typeof fields, DoseNumbers, Directions, Directions>({
  kind: KIND,
  about: {
    title: 'Steering',
    asks: 'What does more or less of this direction do to the answer?',
    group: 'change',
    short: 'If pushed this way?',
    mediators: ['direction'],
    search: 'user',
    interventions: ['steer'],
    limits:
      'That a direction moves the answer does not show that the model uses it by itself, and large doses leave what the model ever sees.',
    docs: 'steering.md',
    citation: {
      text: 'Turner et al., Activation addition (2023)',
      url: 'https://arxiv.org/abs/2308.10248',
    },
    needs: { distractor: true },
  },
  fields,
  check: checkSteering,
  prepare: prepareDirections,
  size(spec, _model, i) {
    const tokens = spec.cases[i]!.tokens.length;
    return { runs: 1 + spec.layers.length * (1 + spec.controls) * spec.alphas.length, tokens };
  },
  plan(spec, model, i, directions) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const rows = rowsOf(spec.positions, one, KIND);
    const captures = spec.kl ? [{ site: LOGITS, rows: [metric.row] }] : [];
    const runs: Run[] = [{ id: 'clean', tokens: one.tokens, metric, captures }];
    for (const [l, layer] of spec.layers.entries()) {
      const own = directions[l]!;
      const controls = range(0, spec.controls).map((control) =>
        randomDirection(spec.seed, control, model.dModel, lengthOf(own)),
      );
      for (const [set, values] of [own, ...controls].entries()) {
        for (const [a, alpha] of spec.alphas.entries()) {
          const source = { kind: 'vector', values } as const;
          const edits = [
            { site: GRIDS[spec.site].site(model, layer), rows, op: 'add', alpha, source } as const,
          ];
          // Dose 0 runs separately: as a check, and to avoid a dead edit.
          const start = alpha === 0 ? { tokens: one.tokens } : { base: 'clean' };
          runs.push({
            ...start,
            id: runId(layer, set, a),
            edits,
            metric,
            captures,
            unit: unitOf(layer, set),
          });
        }
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean run' : `steering layer ${unit}`),
  measure(spec, _model, _i, { runs, finished }) {
    const units = spec.layers.flatMap((layer) => [
      unitOf(layer, 0),
      ...(spec.controls > 0 ? [unitOf(layer, 1)] : []),
    ]);
    if (!['', ...units].every((unit) => finished.has(unit))) return null;
    const logits = (id: string) => runs[id]!.captures[LOGITS]!.data;
    const clean = spec.kl ? logSoftmax(logits('clean')) : null;
    const ids = spec.layers.flatMap((layer) =>
      range(0, 1 + spec.controls).flatMap((set) => spec.alphas.map((_, dose) => runId(layer, set, dose))),
    );
    const metrics = ids.map((id) => runs[id]!.metric!);
    const zeros = ids.filter((_, r) => spec.alphas[r % spec.alphas.length] === 0);
    return {
      q: metrics.map((metric) => metricValue(spec.metric, metric)),
      p: metrics.map((metric) => metricValue('p', metric)),
      kl: clean && ids.map((id) => klDivergence(clean, logSoftmax(logits(id)))),
      zeroDifference: maxOf(
        zeros.map((id) => Math.abs(runs[id]!.metric!.answer - runs.clean!.metric!.answer)),
      ),
    };
  },
  found(spec, shown, context, directions) {
    const cases = shown.map(({ numbers }) => numbers);
    const lengths = spec.layers.map(
      (layer, l) => `${lengthOf(directions[l]!).toPrecision(3)} in layer ${layer}`,
    );
    const zero = maxOf(
      cases.map(({ zeroDifference }) => zeroDifference),
      0,
    );
    const notes = [
      `Length of the direction: ${lengths.join(', ')}.`,
      zero === 0
        ? 'Dose 0 has the logit of the unsteered run, bit by bit.'
        : `Dose 0 differs from the unsteered run by ${zero.toExponential(1)} logits.`,
    ];
    const over = overCases(spec, shown);
    const figures = figuresOf(spec, cases, over);
    return { finding: findingOf(spec, cases, figures, over, context), notes, figures };
  },
});
