/**
 * Activation patching (Vig et al. 2020; Meng et al. 2022; TransformerLens's `patching`): a state of one prompt's run is
 * put into the run of its twin, state by state, and the answer is watched.
 *  denoise: the clean state into the corrupted run. What brings the answer back is sufficient (given the rest).
 *  noise: the corrupted state into the clean run. What breaks the answer is necessary.
 * Values are normalised: 0 is the corrupted run, 1 the clean one, in both directions; or raw, in the metric's unit.
 */
import { z } from 'zod';
import type { Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { wordOf } from '../../util/visible';
import { averaged, overCases } from '../common/average';
import { studyDocument } from '../common/document';
import { checkGrids, gridAxes, gridValues, placeText } from '../common/gridFigure';
import { cellCount, cellsOf, GRIDS, type GridName, gridNames, hasGrid, patchEdit } from '../common/grids';
import { amountText, largestCell, type Sampled } from '../common/largest';
import { shareOfLoss } from '../common/loss';
import { metricRow, metricUnit, metricValue } from '../common/metric';
import { parseStudy } from '../common/parse';
import { type PositionRows, positionRows } from '../common/positions';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import { studyFields } from '../common/spec';
import type { DocumentContext, Experiment, Needs } from '../experiment';
const KIND = 'activation-patching';

const NEEDS: Needs = { corrupted: true };
const DEFAULT_GRIDS: GridName[] = ['resid_pre', 'attn_out', 'mlp_out'];

const patchingSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    direction: z.enum(['denoise', 'noise']).default('denoise'),
    scale: z.enum(['normalised', 'raw']).default('normalised'),
    grids: z.array(z.enum(gridNames)).min(1).default(DEFAULT_GRIDS),
  })
  .strict();

export type PatchingSpec = z.infer<typeof patchingSpec>;

interface Numbers {
  readonly clean: number;
  readonly corrupted: number;
  /** The metric of every cell, row-major. */
  readonly grids: Readonly<Partial<Record<GridName, readonly number[]>>>;
}

export const patchingExperiment: Experiment<PatchingSpec, Numbers | Skipped> = {
  kind: KIND,
  about: {
    title: 'Activation patching',
    asks: 'Which states carry the answer from one prompt to its twin?',
    mediators: ['residual stream', 'sub-layer', 'head', 'neuron', 'attention'],
    search: 'exhaustive',
    interventions: ['swap'],
    limits:
      'A state that is enough by itself need not be used, and a circuit that needs two states at once shows in neither of them.',
    docs: 'activation-patching.md',
    citation: {
      text: 'Heimersheim and Nanda, How to use and interpret activation patching (2024)',
      url: 'https://arxiv.org/abs/2404.15255',
    },
    needs: NEEDS,
    options: [
      {
        name: 'grids',
        label: 'States to patch',
        kind: 'multichoice',
        choices: gridNames.map((value) => ({ value, label: GRIDS[value].title })),
        default: DEFAULT_GRIDS,
      },
      {
        name: 'direction',
        label: 'Put',
        kind: 'choice',
        choices: [
          { value: 'denoise', label: 'the clean state into the corrupted run (is it enough?)' },
          { value: 'noise', label: 'the corrupted state into the clean run (is it needed?)' },
        ],
        default: 'denoise',
      },
      {
        name: 'scale',
        label: 'Values',
        kind: 'choice',
        choices: [
          { value: 'normalised', label: 'normalised: 0 corrupted, 1 clean' },
          { value: 'raw', label: 'as the metric has them' },
        ],
        default: 'normalised',
      },
    ],
    starts: {
      'residual stream': { grids: ['resid_pre'] },
      'sub-layer': { grids: ['attn_out', 'mlp_out'] },
      head: { grids: ['attn_head_out_all_pos'] },
      neuron: { grids: ['neurons'] },
      attention: { grids: ['attn_head_pattern_all_pos'] },
    },
  },
  parseSpec(json, model) {
    const spec = parseStudy(patchingSpec, json, KIND, model, NEEDS);
    checkGrids(`${KIND}: grids`, spec.grids, spec, (name) => !model || hasGrid(model, name));
    return spec;
  },
  resolve: async (question, context) => {
    const spec = { ...(await resolveStudy(question, KIND, context)), kind: KIND };
    return patchingExperiment.parseSpec(spec, context.spec);
  },
  cases: (spec) => spec.cases.length,
  size(spec, model, i) {
    const tokens = spec.cases[i]!.tokens.length;
    return { runs: 2 + cellCount(model, spec.grids, tokens), tokens };
  },
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const [base, from] = spec.direction === 'denoise' ? ['corrupted', 'clean'] : ['clean', 'corrupted'];
    const runs: Run[] = [
      { id: 'clean', tokens: one.tokens, metric },
      { id: 'corrupted', tokens: one.corrupted!.tokens, metric },
    ];
    for (const name of spec.grids) {
      for (const [c, cell] of cellsOf(model, name, one.tokens.length).entries()) {
        const edits = [patchEdit(model, name, cell, one.tokens.length, from!)];
        runs.push({ id: `${name}.${c}`, base: base!, edits, metric, unit: name });
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean and corrupted runs' : `patching ${unit}`),
  measure(spec, model, i, { runs, finished }) {
    if (!finished.has('')) return null;
    const one = spec.cases[i]!;
    const skipped = skipUnknown(spec, one, runs.clean!.metric!);
    if (skipped) return skipped;
    const value = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
    const grids: Partial<Record<GridName, number[]>> = {};
    for (const name of spec.grids) {
      if (!finished.has(name)) continue;
      grids[name] = cellsOf(model, name, one.tokens.length).map((_, c) => value(`${name}.${c}`));
    }
    return { clean: value('clean'), corrupted: value('corrupted'), grids };
  },
  reduce(spec, measured, context) {
    const cases = counted(measured);
    const rows = positionRows(spec, context.decode);
    const maps = spec.grids.flatMap((name) => {
      const shown = cases.filter(({ numbers }) => numbers.grids[name]);
      return shown.length === 0 ? [] : [gridMap(spec, name, shown, rows, context.spec)];
    });
    if (maps.length === 0 && measured.every((numbers) => numbers === null)) return null;
    return studyDocument(spec, measured, context, {
      finding: findingOf(spec, maps, context),
      figures: maps.map(({ figure }) => figure),
    });
  },
};

interface Counted {
  readonly i: number;
  readonly numbers: Numbers;
}

function gridMap(
  spec: PatchingSpec,
  name: GridName,
  cases: readonly Counted[],
  rows: PositionRows,
  model: ModelSpec,
): Sampled {
  const perCase = cases.map(({ i, numbers: { clean, corrupted, grids } }) => {
    const T = spec.cases[i]!.tokens.length;
    const raw = gridValues(model, name, grids[name]!, T, rows.positions(i));
    if (spec.scale === 'raw') return raw;
    return raw.map((value) => (value === null ? null : shareOfLoss(value - corrupted, { clean, corrupted })));
  });
  const over = overCases(spec, cases);
  const figure: Figure = {
    name,
    title: GRIDS[name].title,
    axes: gridAxes(model, name, rows),
    unit: spec.scale === 'raw' ? metricUnit(spec.metric) : 'normalised (0 corrupted, 1 clean)',
    ...averaged(perCase, over),
    levels: levelsOf(spec, cases),
    drawn: 'heatmap',
    scale: 'signed',
    caption:
      spec.direction === 'denoise'
        ? 'Each cell: the corrupted run with this state set to its clean value.'
        : 'Each cell: the clean run with this state set to its corrupted value.',
  };
  return { figure, samples: { rows: perCase, over } };
}

function levelsOf(spec: PatchingSpec, cases: readonly Counted[]): { name: string; value: number }[] {
  if (spec.scale === 'normalised')
    return [
      { name: 'corrupted', value: 0 },
      { name: 'clean', value: 1 },
    ];
  const over = (get: (numbers: Numbers) => number) =>
    cases.reduce((sum, { numbers }) => sum + get(numbers) / cases.length, 0);
  return [
    { name: 'corrupted', value: over(({ corrupted }) => corrupted) },
    { name: 'clean', value: over(({ clean }) => clean) },
  ];
}

/** The cell that matters most, over all grids but residual ones, with an interval that holds for all of them at once. */
function findingOf(spec: PatchingSpec, maps: readonly Sampled[], { outcome }: DocumentContext): string {
  const restoring = spec.direction === 'denoise';
  const shown = maps.filter(({ figure }) => !figure.name.startsWith('resid'));
  const answer = `*${wordOf(outcome(spec.cases[0]!.answer.id))}*`;
  const [corrupted, clean] = (shown[0]?.figure.levels ?? []).map(({ value }) => value);
  const best = largestCell(shown, restoring === clean! > corrupted! ? 1 : -1);
  if (!best)
    return `Activation patching for ${spec.cases.length === 1 ? answer : `${spec.cases.length} prompts`}: see the maps.`;
  const { figure, cell, value, interval } = best;
  const unit = spec.scale === 'raw' ? figure.unit : 'of the way from corrupted to clean';
  const over = figure.varies ? `, ${figure.varies.n} ${figure.varies.what}` : ', one prompt';
  const did = restoring
    ? 'Putting the clean value into the corrupted run'
    : 'Putting the corrupted value into the clean run';
  const levels = spec.scale === 'raw' ? ` (corrupted ${round(corrupted!)}, clean ${round(clean!)})` : '';
  return (
    `${did} matters most for the ${figure.title.split(',')[0]} at ${placeText(figure, cell)}: ` +
    `${amountText(value, interval, unit)}${levels}${over}.`
  );
}

const round = (value: number): number => Number(value.toPrecision(3));
