/**
 * Activation patching (Vig et al. 2020; Meng et al. 2022; TransformerLens's `patching`): patches
 * states of one prompt's run into its twin's run, one at a time, and watches the answer.
 *   denoise: clean state, corrupted run. What restores the answer is sufficient (given the rest).
 *   noise: corrupted state, clean run. What breaks the answer is necessary.
 * Normalised values: 0 is the corrupted run, 1 the clean one, in both directions. Raw: the metric.
 * Estimated: attribution patching (`estimate.ts`), alone or beside what is measured.
 */
import type { GridName } from '../common/grids';
import { patchEdit } from '../common/grids';
import { metricValue } from '../common/metric';
import { expectThat } from '../common/parse';
import type { ModelSpec } from '../../model/spec';
import { maxOf } from '../../util/lists';
import { cellCount, checkGrids, gridSweep, type Sweep } from '../contract/sweep';
import { swept } from '../contract/swept';
import { agreementFigures, estimateOf } from './agree';
import { cellOf, estimatedChange, shownForEstimates } from './estimate';
import { checkGradDrop, droppedChange, droppedRuns } from './gradDrop';
import { checkQkFix } from './qkFix';
import { checkHeld, isTooSparse } from './held';
import { fields, KIND, type PatchingSpec, runsOf } from './spec';
import { areSubsets, checkSubsets, missedTable, subsetSweep } from './subsets';
import { anyCells, type Chosen, estimatingRuns, isChosen, largestCells, topCount } from './top';
import { lengthAt, lengthsOf, TRIVIAL } from './trivial';
import { findingOf, mapOf } from './words';

export const patchingExperiment = swept({
  kind: KIND,
  about: {
    title: 'Activation patching',
    asks: 'Which states carry the answer from one prompt to its twin?',
    group: 'where',
    short: 'Where do twins differ?',
    mediators: ['residual stream', 'sub-layer', 'head', 'neuron', 'attention'],
    search: 'exhaustive',
    byGradient: { by: 'estimate' },
    interventions: ['swap'],
    limits:
      'A state that is enough by itself need not be used, and a circuit that needs two states at once shows in neither of them.',
    docs: 'activation-patching.md',
    citation: {
      text: 'Heimersheim and Nanda, How to use and interpret activation patching (2024)',
      url: 'https://arxiv.org/abs/2404.15255',
    },
    needs: { corrupted: true },
    starts: {
      'residual stream': { grids: ['resid_pre'] },
      'sub-layer': { grids: ['attn_out', 'mlp_out'] },
      head: { grids: ['attn_head_out_all_pos'] },
      neuron: { grids: ['neurons'] },
      attention: { grids: ['attn_head_pattern_all_pos'] },
    },
  },
  fields,
  base: 'twin',
  prepare: {
    cases: ({ by }) => (by === 'top' ? 1 : 0),
    plan: (spec, model, i) => estimatingRuns(estimatingOf(spec), spec.cases[i]!, model),
    measure: (spec, model, i, { runs }) =>
      largestCells(model, estimatingOf(spec), sweepsOf(spec, model, i), lengthOf(spec, i), runs),
    doing: () => 'estimates',
    reduce: (_spec, _model, [chosen = {}]: readonly Chosen[]) => chosen,
    blank: (spec, model) => anyCells(sweepsOf(spec, model, 0), lengthOf(spec, 0)),
  },
  check(spec, model) {
    checkGrids(`${KIND}: grids`, spec.grids, spec, model);
    const isRank = spec.by !== 'measure' && spec.metric === 'rank';
    expectThat(!isRank, `${KIND}: metric`, "'rank'", 'a metric with a gradient for an estimate');
    const isOne = spec.by !== 'top' || spec.cases.length === 1;
    expectThat(
      isOne,
      `${KIND}: by 'top'`,
      `${spec.cases.length} prompts`,
      'one prompt: others have other states',
    );
    if (model) checkHeld(`${KIND}: grids`, spec, cellsHeld(spec, model));
    if (spec.by === 'top') checkSubsets(`${KIND}: subsets`, spec, model ? cellsHeld(spec, model) : 0);
    if (spec.qkFix) checkQkFix(`${KIND}: qkFix`, spec, model);
    if (spec.gradDrop) checkGradDrop(`${KIND}: gradDrop`, spec, model);
  },
  shows: (spec, one, model) =>
    spec.by === 'measure' ? {} : shownForEstimates(estimatingOf(spec), one, model),
  sources: (spec, one, model) => (spec.gradDrop ? droppedRuns(estimatingOf(spec), one, model) : []),
  sweeps(spec, model, i, chosen) {
    const { base, from } = runsOf(spec);
    return sweepsOf(spec, model, i).flatMap((measured) => {
      const name = measured.name as GridName;
      const guessed: Sweep = {
        ...measured,
        name: estimateOf(name),
        unit: '',
        run: () => null,
        value: (cell, runs) => {
          const [at, about] = [cellOf(name, cell), { runs, base, from, qkFix: spec.qkFix }];
          if (spec.gradDrop) return droppedChange(model, name, at, about);
          const change = estimatedChange(model, name, at, { ...about, slopes: base });
          return metricValue(spec.metric, runs[base]!.metric!) + change;
        },
      };
      const top: Sweep = {
        ...measured,
        most: (T) => topCount(measured, T),
        run: (cell, draw) => (isChosen(chosen, measured, cell) ? measured.run(cell, draw) : null),
      };
      const lengths = TRIVIAL.map(
        (trivial): Sweep => ({
          ...measured,
          name: lengthsOf(name, trivial),
          unit: '',
          run: () => null,
          value: (cell, runs) => lengthAt(model, name, cell, { runs, base, from, trivial }),
        }),
      );
      const subsets = subsetSweep(
        spec,
        measured,
        lengthOf(spec, i),
        (cell) => !isChosen(chosen, measured, cell),
      );
      const all = {
        measure: [measured],
        estimate: [guessed],
        both: [measured, guessed, ...lengths],
        top: [top, guessed, ...(spec.subsets > 0 ? [subsets] : [])],
      };
      return all[spec.by];
    });
  },
  doing: (unit) => `patching ${unit}`,
  maps: (spec, { model, measured, levels }) =>
    measured
      .filter(({ name }) => !areSubsets(name))
      .map(({ name }) => {
        const isLeftOut = isTooSparse(spec, name, cellsHeld(spec, model));
        return { ...mapOf(spec, name, levels), ...(isLeftOut && { isHidden: true as const }) };
      }),
  figures(spec, { maps, levels, cases }) {
    const isRestoring = spec.direction === 'denoise';
    const base = isRestoring ? levels.corrupted : levels.clean;
    const figures = agreementFigures(maps, spec.scale === 'raw' ? base : Number(!isRestoring), spec.gradDrop);
    // Where only the largest estimates are measured, only random subsets say what they miss.
    if (spec.by !== 'top') return figures;
    const missed = spec.subsets > 0 ? missedTable(spec, cases[0]!.numbers) : null;
    return [...figures.filter(({ drawn }) => drawn === 'scatter'), ...(missed ? [missed] : [])];
  },
  notes: ({ by, metric }) =>
    by !== 'measure' && metric === 'p'
      ? ['The gradient of a probability vanishes near 0 and 1: estimate a logit difference instead.']
      : [],
  finding: findingOf,
});

/** One measurement per cell of each grid. */
function sweepsOf(spec: PatchingSpec, model: ModelSpec, i: number): Sweep[] {
  const T = lengthOf(spec, i);
  const { base, from } = runsOf(spec);
  return spec.grids.map((name) =>
    gridSweep(model, name, (cell) => ({ base, edits: [patchEdit(model, name, cell, T, from)] })),
  );
}

/** Cells of all grids, of the longest prompt. */
const cellsHeld = (spec: PatchingSpec, model: ModelSpec): number =>
  maxOf(
    spec.cases.map((_, i) =>
      sweepsOf(spec, model, i).reduce((sum, sweep) => sum + cellCount(sweep, lengthOf(spec, i)), 0),
    ),
  );

const lengthOf = ({ cases }: PatchingSpec, i: number): number => cases[i]!.tokens.length;

const estimatingOf = (spec: PatchingSpec) => ({ ...spec, ...runsOf(spec), isJudged: spec.by === 'both' });
