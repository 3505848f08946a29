/**
 * Ablation: a part of the clean run is replaced by what says nothing about this prompt (0, the mean over reference
 * prompts, the value of another prompt), and what the answer loses is measured. A part whose loss is large is necessary
 * in this run.
 */
import { z } from 'zod';
import type { Edit, Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { mean } from '../../util/stats';
import { parseWith } from '../../util/parse';
import { averaged, overCases, samplesOf } from '../common/average';
import { studyDocument } from '../common/document';
import { dropBounds, dropUnit, scaledDrop, dropOption } from '../common/drop';
import { gridAxes, gridValues, placeText } from '../common/gridFigure';
import { type Cell, cellCount, cellsOf, GRIDS, type GridName, placeOf, partNames } from '../common/grids';
import { amountText, largestCell, type Sampled } from '../common/largest';
import { metricRow, metricText, metricUnit, metricValue } from '../common/metric';
import { type PositionRows, positionRows } from '../common/positions';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import type { StudyCase } from '../common/spec';
import type { DocumentContext, Experiment } from '../experiment';
import { type Means, meansAt, meansOf, PROMPTS_AT_ONCE, rowWidth, sitesOf, type Sums, sumUp } from './means';
import { askedReference, drawn, eligible, referenceTokens, resolveReference } from './reference';
import { ablationMethods, type AblationSpec, KIND, parseAblation } from './spec';
import { minOf } from '../../util/lists';

interface Numbers {
  readonly clean: number;
  /** By unit: [cell][draw], the metric of the ablated run. */
  readonly ablated: Readonly<Partial<Record<GridName, readonly (readonly number[])[]>>>;
}

const needsMeans = ({ method }: AblationSpec) => method === 'mean' || method === 'mean-per-position';
const draws = ({ samples = 1 }: AblationSpec) => samples;

export const ablationExperiment: Experiment<AblationSpec, Numbers | Skipped, Sums, Means> = {
  kind: KIND,
  about: {
    title: 'Ablation',
    asks: 'Which parts does the answer need?',
    mediators: ['residual stream', 'sub-layer', 'head', 'neuron'],
    search: 'exhaustive',
    interventions: ['zero', 'mean', 'resample'],
    limits:
      'A part that another one stands in for shows no loss, and a loss may come from a state that the model never meets.',
    docs: 'ablation.md',
    citation: {
      text: 'Wang et al., Interpretability in the wild (2022); Chan et al., Causal scrubbing (2022)',
      url: 'https://arxiv.org/abs/2211.00593',
    },
    options: [
      {
        name: 'method',
        label: 'Put in its place',
        kind: 'choice',
        choices: [
          { value: 'zero', label: 'zero' },
          { value: 'mean', label: 'the mean over a reference set' },
          { value: 'resample', label: 'the state in another prompt' },
        ],
        default: 'mean',
      },
      {
        name: 'units',
        label: 'Parts to ablate',
        kind: 'multichoice',
        choices: partNames.map((value) => ({ value, label: GRIDS[value].title })),
        default: ['attn_out_all_pos', 'mlp_out_all_pos', 'attn_head_out_all_pos'],
      },
      dropOption,
      {
        name: 'samples',
        label: 'Prompts to resample from (resample only)',
        kind: 'number',
        default: null,
        min: 1,
        max: 1000,
      },
    ],
    starts: {
      'residual stream': { units: ['resid_post'] },
      'sub-layer': { units: ['attn_out', 'mlp_out'] },
      head: { units: ['attn_head_out_all_pos'] },
      neuron: { units: ['neurons'] },
    },
  },
  parseSpec: parseAblation,
  resolve: async (question, context) => {
    const study = await resolveStudy(question, KIND, context);
    return parseAblation({ ...study, ...(await resolveMethod(study, context)) }, context.spec);
  },
  prepare: {
    cases: (spec) =>
      needsMeans(spec) ? Math.ceil(referenceTokens(spec.reference, spec.cases).length / PROMPTS_AT_ONCE) : 0,
    plan: (spec, model, chunk) => {
      const captures = sitesOf(model, spec.units).map((site) => ({ site }));
      return promptsOf(spec, chunk).map((tokens, i) => ({ id: `reference.${i}`, tokens, captures }));
    },
    measure: (spec, model, chunk, { runs }) => {
      const results = promptsOf(spec, chunk).map((_, i) => runs[`reference.${i}`]!);
      return sumUp(model, sitesOf(model, spec.units), results, spec.method === 'mean-per-position');
    },
    doing: () => 'reference prompts',
    reduce: (_spec, _model, observed) => meansOf(observed),
    blank: (spec, model) =>
      Object.fromEntries(
        sitesOf(model, spec.units).map((site) => [site, new Array<number>(rowWidth(model, site)).fill(0)]),
      ),
  },
  cases: (spec) => spec.cases.length,
  size(spec, model, i) {
    const tokens = spec.cases[i]!.tokens.length;
    return { runs: 1 + draws(spec) * (1 + cellCount(model, spec.units, tokens)), tokens };
  },
  plan(spec, model, i, means) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const runs: Run[] = [{ id: 'clean', tokens: one.tokens, metric }];
    if (spec.method === 'resample') {
      const from = eligible(one.tokens, referenceTokens(spec.reference, spec.cases));
      for (const [k, tokens] of drawn(from, draws(spec), spec.seed!).entries())
        runs.push({ id: `reference.${k}`, tokens });
    }
    for (const name of spec.units) {
      for (const [c, cell] of cellsOf(model, name, one.tokens.length).entries()) {
        for (let k = 0; k < draws(spec); k++) {
          const edits = [ablatingEdit(spec, model, name, cell, one.tokens.length, means, k)];
          runs.push({ id: ablatedId(name, c, k), base: 'clean', edits, metric, unit: name });
        }
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean run' : `ablating ${unit}`),
  measure(spec, model, i, { runs, finished }) {
    if (!finished.has('')) return null;
    const one = spec.cases[i]!;
    const skipped = skipUnknown(spec, one, runs.clean!.metric!);
    if (skipped) return skipped;
    const value = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
    const ablated: Partial<Record<GridName, number[][]>> = {};
    for (const name of spec.units) {
      if (!finished.has(name)) continue;
      ablated[name] = cellsOf(model, name, one.tokens.length).map((_, c) =>
        Array.from({ length: draws(spec) }, (_draw, k) => value(ablatedId(name, c, k))),
      );
    }
    return { clean: value('clean'), ablated };
  },
  reduce(spec, measured, context) {
    if (measured.every((numbers) => numbers === null)) return null;
    const cases = counted(measured);
    const rows = positionRows(spec, context.decode);
    const maps = spec.units.flatMap((name) => {
      const shown = cases.filter(({ numbers }) => numbers.ablated[name]);
      return shown.length === 0 ? [] : [ablationMap(spec, name, shown, rows, context.spec)];
    });
    return studyDocument(spec, measured, context, {
      finding: findingOf(spec, maps, cases, context),
      notes: notesOf(spec),
      figures: maps.map(({ figure }) => figure),
    });
  },
};

const asked = z.looseObject({
  method: z.enum(ablationMethods).default('mean'),
  reference: askedReference,
  samples: z.number().optional(),
  seed: z.number().optional(),
});

/** Draws of a resample ablation without a question. */
const SAMPLES = 10;
const SEED = 1;

async function resolveMethod(
  study: Record<string, unknown>,
  context: Parameters<typeof resolveReference>[4],
): Promise<Record<string, unknown>> {
  const { method, samples, seed, ...question } = parseWith(asked, study, KIND);
  if (method === 'zero') return { kind: KIND };
  const cases = study.cases as readonly StudyCase[];
  const where = `${KIND}: reference`;
  const reference = await resolveReference(
    question.reference,
    cases.length,
    study.bos === true,
    where,
    context,
  );
  if (method !== 'resample') return { kind: KIND, method, reference };
  const prompts = referenceTokens(reference, cases);
  const most = minOf(cases.map(({ tokens }) => eligible(tokens, prompts).length));
  return {
    kind: KIND,
    method,
    reference,
    samples: samples ?? Math.max(1, Math.min(SAMPLES, most)),
    seed: seed ?? SEED,
  };
}

function promptsOf({ reference, cases }: AblationSpec, chunk: number): readonly (readonly number[])[] {
  return referenceTokens(reference, cases).slice(chunk * PROMPTS_AT_ONCE, (chunk + 1) * PROMPTS_AT_ONCE);
}

const ablatedId = (name: GridName, cell: number, draw: number) => `${name}.${cell}.${draw}`;

function ablatingEdit(
  { method }: AblationSpec,
  model: ModelSpec,
  name: GridName,
  cell: Cell,
  T: number,
  means: Means,
  draw: number,
): Edit {
  const place = placeOf(model, name, cell, T);
  if (method === 'zero') return { ...place, op: 'set', source: { kind: 'constant', value: 0 } };
  if (method === 'resample')
    return { ...place, op: 'set', source: { kind: 'run', run: `reference.${draw}` } };
  return {
    ...place,
    op: 'set',
    source: { kind: 'vector', values: meansAt(model, means[place.site]!, place) },
  };
}

interface Counted {
  readonly i: number;
  readonly numbers: Numbers;
}

function ablationMap(
  spec: AblationSpec,
  name: GridName,
  cases: readonly Counted[],
  rows: PositionRows,
  model: ModelSpec,
): Sampled {
  const perCase = cases.map(({ i, numbers: { clean, ablated } }) => {
    const T = spec.cases[i]!.tokens.length;
    return Array.from({ length: draws(spec) }, (_, k) => {
      const levels = ablated[name]!.map((cell) => cell[k]!);
      return gridValues(model, name, levels, T, rows.positions(i)).map((level) =>
        level === null ? null : scaledDrop(spec.scale, clean, level),
      );
    });
  });
  const level = mean(cases.map(({ numbers }) => numbers.clean));
  const bounds = dropBounds(spec.scale, spec.metric, level);
  const samples = samplesOf(perCase, 'reference prompts', overCases(spec, cases), bounds);
  const figure: Figure = {
    name,
    title: GRIDS[name].title,
    axes: gridAxes(model, name, rows),
    unit: dropUnit(spec.scale, spec.metric),
    ...averaged(samples.rows, samples.over),
    levels: spec.scale === 'raw' ? [{ name: 'clean', value: level }] : [{ name: 'nothing lost', value: 0 }],
    drawn: GRIDS[name].axes.length === 1 ? 'bars' : 'heatmap',
    scale: 'signed',
    caption: `Each cell: the clean run with this part ${replacementText(spec)}.`,
  };
  return { figure, samples };
}

function replacementText({ method, reference, samples }: AblationSpec): string {
  if (method === 'zero') return 'set to 0';
  const from =
    reference!.from === 'cases'
      ? "the study's own prompts"
      : `${reference!.prompts.length} reference prompts${reference!.from === 'set' ? ` (${reference!.name})` : ''}`;
  if (method === 'mean') return `set to its mean over ${from} and their positions`;
  if (method === 'mean-per-position') return `set to its mean over ${from} at the same position`;
  return `set to its value in another prompt of as many tokens, ${samples} drawn from ${from}`;
}

function notesOf({ method, reference }: AblationSpec): string[] {
  if (method === 'zero')
    return ['Zero is a value that many parts never take: a mean or another prompt disturbs less.'];
  return reference!.from === 'cases' && method !== 'resample'
    ? ['The mean is over the very prompts that are ablated.']
    : [];
}

/** The part that the answer loses most by; the residual stream, which carries everything, does not compete. */
function findingOf(
  spec: AblationSpec,
  maps: readonly Sampled[],
  cases: readonly Counted[],
  { outcome }: DocumentContext,
): string {
  const parts = maps.filter(({ figure }) => !figure.name.startsWith('resid'));
  const best = spec.scale === 'raw' ? null : largestCell(parts);
  const metric = metricText(spec, outcome);
  if (cases.length === 0) return 'Nothing was ablated: every case was left out.';
  const clean = amountText(mean(cases.map(({ numbers }) => numbers.clean)), null, metricUnit(spec.metric));
  if (!best) return `Ablation for ${metric}, ${clean} in the clean run: see the maps.`;
  const { figure, cell, value, interval, range } = best;
  const over = figure.varies ? `, ${figure.varies.n} ${figure.varies.what}` : '';
  const unit = spec.scale === 'relative' ? 'of the clean level' : metricUnit(spec.metric);
  return (
    `Of the parts ablated alone, ${metric} needs the ${figure.title.split(',')[0]} at ${placeText(figure, cell)} most: ` +
    `ablating it loses ${amountText(value, interval, unit, range)}${over} (${clean} in the clean run).`
  );
}
