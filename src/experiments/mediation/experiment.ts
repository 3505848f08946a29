/**
 * Mediation: how much of the difference between the clean and the corrupted run goes through one mediator, how much past
 * it, and how much needs both at once. Every mediator is set to its clean value in the corrupted run and to its corrupted
 * value in the clean run; the four effects are paired by draw.
 */
import { z } from 'zod';
import type { Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { range } from '../../util/range';
import { mean } from '../../util/stats';
import { parseWith } from '../../util/parse';
import { averaged, type Bounds, type Cells, overCases, type Samples, samplesOf } from '../common/average';
import {
  askedCorruption,
  CORRUPTED,
  checkCorruption,
  corruptedId,
  corruptedRun,
  corruption,
  corruptionText,
  drawsOf,
  resolveCorruption,
} from '../common/corruption';
import { studyDocument } from '../common/document';
import { checkGrids, gridAxes, gridValues, placeText } from '../common/gridFigure';
import { cellCount, cellsOf, GRIDS, type GridName, hasGrid, partNames, patchEdit } from '../common/grids';
import { amountText, largestCell, type Sampled } from '../common/largest';
import { metricRow, metricBounds, metricText, metricUnit, metricValue } from '../common/metric';
import { parseStudy } from '../common/parse';
import { type PositionRows, positionRows } from '../common/positions';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import { type StudyCase, studyFields } from '../common/spec';
import type { DocumentContext, Experiment } from '../experiment';
import { EFFECTS, effectsOf } from './effects';

const KIND = 'mediation';

const mediationSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    corruption,
    mediators: z
      .array(z.enum(partNames))
      .min(1)
      .default(['resid_post', 'attn_out', 'mlp_out', 'attn_head_out_all_pos']),
  })
  .strict();

type MediationSpec = z.infer<typeof mediationSpec>;

/** [cell][draw] */
type Values = readonly (readonly number[])[];

interface Numbers {
  readonly clean: number;
  /** By draw. */
  readonly corrupted: readonly number[];
  /** By mediator: the corrupted run with its clean value, the clean run with its corrupted value. */
  readonly mediators: Readonly<
    Partial<Record<GridName, { readonly restored: Values; readonly broken: Values }>>
  >;
}

const restoredId = (name: GridName, cell: number) => `restored.${name}.${cell}`;
const brokenId = (name: GridName, cell: number) => `broken.${name}.${cell}`;

export const mediationExperiment: Experiment<MediationSpec, Numbers | Skipped> = {
  kind: KIND,
  about: {
    title: 'Mediation',
    asks: 'How much goes through this part, and how much past it?',
    mediators: ['residual stream', 'sub-layer', 'head', 'neuron'],
    search: 'exhaustive',
    interventions: ['noise', 'swap'],
    limits:
      'Indirect effects of different parts overlap, so they do not add up to the total effect and rank no causes.',
    docs: 'mediation.md',
    citation: {
      text: 'Vig et al., Causal mediation analysis for interpreting neural NLP (2020)',
      url: 'https://arxiv.org/abs/2004.12265',
    },
    needs: { subject: true },
    options: [
      {
        name: 'mediators',
        label: 'Parts to go through',
        kind: 'multichoice',
        choices: partNames.map((value) => ({ value, label: GRIDS[value].title })),
        default: ['resid_post', 'attn_out', 'mlp_out', 'attn_head_out_all_pos'],
      },
    ],
    starts: {
      'residual stream': { mediators: ['resid_post'] },
      'sub-layer': { mediators: ['attn_out', 'mlp_out'] },
      head: { mediators: ['attn_head_out_all_pos'] },
      neuron: { mediators: ['neurons'] },
    },
  },
  parseSpec(json, model) {
    const spec = parseStudy(mediationSpec, json, KIND, model);
    checkGrids(`${KIND}: mediators`, spec.mediators, spec, (name) => !model || hasGrid(model, name));
    checkCorruption(KIND, spec.corruption, spec.cases);
    return spec;
  },
  resolve: async (question, context) => {
    const study = await resolveStudy(question, KIND, context);
    const asked = parseWith(z.looseObject({ corruption: askedCorruption.optional() }), study, KIND);
    const cases = study.cases as readonly StudyCase[];
    const how = resolveCorruption(asked.corruption, cases, context.sigma);
    return mediationExperiment.parseSpec({ ...study, kind: KIND, corruption: how }, context.spec);
  },
  cases: (spec) => spec.cases.length,
  size(spec, model, i) {
    const tokens = spec.cases[i]!.tokens.length;
    return {
      runs: 1 + drawsOf(spec.corruption) * (1 + 2 * cellCount(model, spec.mediators, tokens)),
      tokens,
    };
  },
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const T = one.tokens.length;
    const metric = metricRow(one);
    const samples = [0, drawsOf(spec.corruption)] as const;
    const runs: Run[] = [
      { id: 'clean', tokens: one.tokens, metric },
      corruptedRun(spec.corruption, one, metric),
    ];
    for (const name of spec.mediators) {
      for (const [c, cell] of cellsOf(model, name, T).entries()) {
        const patched = (from: string) => [patchEdit(model, name, cell, T, from)];
        runs.push(
          { id: restoredId(name, c), base: CORRUPTED, edits: patched('clean'), metric, unit: name },
          { id: brokenId(name, c), base: 'clean', samples, edits: patched(CORRUPTED), metric, unit: name },
        );
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean and corrupted runs' : `both ways through ${unit}`),
  measure(spec, model, i, { runs, finished }) {
    if (!finished.has('')) return null;
    const one = spec.cases[i]!;
    const skipped = skipUnknown(spec, one, runs.clean!.metric!);
    if (skipped) return skipped;
    const value = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
    const draws = range(0, drawsOf(spec.corruption));
    const mediators: Partial<Record<GridName, { restored: Values; broken: Values }>> = {};
    for (const name of spec.mediators) {
      if (!finished.has(name)) continue;
      const cells = cellsOf(model, name, one.tokens.length);
      const values = (id: typeof restoredId) =>
        cells.map((_, c) => draws.map((k) => value(`${id(name, c)}.${k}`)));
      mediators[name] = { restored: values(restoredId), broken: values(brokenId) };
    }
    return { clean: value('clean'), corrupted: draws.map((k) => value(corruptedId(k))), mediators };
  },
  reduce(spec, measured, context) {
    if (measured.every((numbers) => numbers === null)) return null;
    const cases = counted(measured);
    const rows = positionRows(spec, context.decode);
    const total = cases.length === 0 ? null : totalEffect(spec, cases);
    const maps = spec.mediators.flatMap((name) => {
      const shown = cases.filter(({ numbers }) => numbers.mediators[name]);
      return shown.length === 0 ? [] : [effectMap(spec, name, shown, rows, context.spec)];
    });
    return studyDocument(spec, measured, context, {
      finding: total
        ? findingOf(spec, total, maps, context)
        : 'Nothing was measured: every case was left out.',
      notes: ['Effects of different mediators overlap: they do not add up to the total effect.'],
      figures: [...(total ? [total] : []), ...maps.map(({ figure }) => figure)],
    });
  },
};

interface Counted {
  readonly i: number;
  readonly numbers: Numbers;
}

function totalEffect(spec: MediationSpec, cases: readonly Counted[]): Figure {
  const perCase = cases.map(({ numbers: { clean, corrupted } }) => corrupted.map((level) => [clean - level]));
  const bounds = metricBounds(spec.metric, 'difference');
  const { rows, over: drawn } = samplesOf(perCase, 'noise draws', overCases(spec, cases), bounds);
  const over = (get: (numbers: Numbers) => number) => mean(cases.map(({ numbers }) => get(numbers)));
  return {
    name: 'total',
    title: 'total effect',
    axes: [{ name: 'effect', labels: ['total'] }],
    unit: metricUnit(spec.metric),
    ...averaged(rows, drawn),
    levels: [
      { name: 'clean', value: over(({ clean }) => clean) },
      { name: 'corrupted', value: over(({ corrupted }) => mean(corrupted)) },
    ],
    drawn: 'bars',
    scale: 'signed',
    caption: `What is lost from the clean run to ${corruptionText(spec.corruption)}.`,
  };
}

function effectMap(
  spec: MediationSpec,
  name: GridName,
  cases: readonly Counted[],
  rows: PositionRows,
  model: ModelSpec,
): Sampled {
  const perCase = cases.map(({ i, numbers }) => {
    const { restored, broken } = numbers.mediators[name]!;
    const T = spec.cases[i]!.tokens.length;
    return numbers.corrupted.map((corrupted, k): Cells => {
      const cells = restored.map((cell, c) =>
        effectsOf({ clean: numbers.clean, corrupted, restored: cell[k]!, broken: broken[c]![k]! }),
      );
      return EFFECTS.flatMap((effect) =>
        gridValues(
          model,
          name,
          cells.map((effects) => effects[effect]),
          T,
          rows.positions(i),
        ),
      );
    });
  });
  // The remainder is a difference of two differences.
  const bounds: Bounds | undefined = spec.metric === 'p' ? [-2, 2] : undefined;
  const samples = samplesOf(perCase, 'noise draws', overCases(spec, cases), bounds);
  const { title, axes } = GRIDS[name];
  const figure: Figure = {
    name,
    title,
    axes: [{ name: 'effect', labels: [...EFFECTS] }, ...gridAxes(model, name, rows)],
    unit: metricUnit(spec.metric),
    ...averaged(samples.rows, samples.over),
    drawn: axes.length === 1 ? 'lines' : 'heatmap',
    scale: 'signed',
    caption:
      'Natural indirect: the corrupted run with the clean mediator. Natural direct: the clean run with the corrupted ' +
      'mediator, above the corrupted level. Remainder: what needs both. Drop = natural indirect + remainder.',
  };
  return { figure, samples };
}

/** A map's part that shows one effect. */
function only(effect: number, { figure, samples }: Sampled): Sampled {
  const axes = figure.axes.slice(1);
  const size = axes.reduce((product, { labels }) => product * labels.length, 1);
  const part = <T>(values: readonly T[]): T[] => values.slice(effect * size, (effect + 1) * size);
  const rows: Samples['rows'] = samples.rows.map(part);
  return { figure: { ...figure, axes, values: part(figure.values) }, samples: { ...samples, rows } };
}

/** The mediator with the largest indirect effect; the residual stream, which carries everything, does not compete. */
function findingOf(
  spec: MediationSpec,
  total: Figure,
  maps: readonly Sampled[],
  { outcome }: DocumentContext,
): string {
  const unit = metricUnit(spec.metric);
  const [te] = total.values;
  const over = total.varies ? `, ${total.varies.n} ${total.varies.what}` : '';
  const whole = `${metricText(spec, outcome)} differs by ${amountText(te!, total.intervals?.[0], unit, total.ranges?.[0])} between the clean and the corrupted run${over}`;
  const parts = maps.filter(({ figure }) => !figure.name.startsWith('resid'));
  const best = largestCell(
    parts.map((map) => only(0, map)),
    te! < 0 ? -1 : 1,
  );
  if (!best) return `The total effect: ${whole}. See the maps.`;
  const { figure, cell, value, interval, range } = best;
  const source = parts.find((map) => map.figure.name === figure.name)!;
  const at = (effect: number) => amountText(only(effect, source).figure.values[cell]!, null, unit);
  return (
    `Of the total effect (${whole}) the ${figure.title.split(',')[0]} at ${placeText(figure, cell)} carry most: ` +
    `natural indirect effect ${amountText(value, interval, unit, range)}, natural direct effect ${at(1)}, remainder ${at(2)}.`
  );
}
