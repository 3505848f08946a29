/**
 * Activation patching (Vig et al. 2020; Meng et al. 2022; TransformerLens's `patching`): patches
 * states of one prompt's run into its twin's run, one at a time, and watches the answer.
 *   denoise: clean state, corrupted run. What restores the answer is sufficient (given the rest).
 *   noise: corrupted state, clean run. What breaks the answer is necessary.
 * Normalised values: 0 is the corrupted run, 1 the clean one, in both directions. Raw: the metric.
 * Estimated: attribution patching (`estimate.ts`), alone or beside what is measured.
 */
import { wordOf } from '../../util/visible';
import { type Cell, GRIDS, gridChoices, type GridName, gridNames, patchEdit } from '../common/grids';
import { amountText, largestCell, overText, partsOf } from '../common/largest';
import { shareOfLoss } from '../common/loss';
import { metricText, metricUnit, metricValue } from '../common/metric';
import { expectThat } from '../common/parse';
import { placeText } from '../../results/place';
import { choice, choices, type SpecOf } from '../contract/fields';
import type { Levels } from '../contract/map';
import { checkGrids, gridSweep, type Sweep } from '../contract/sweep';
import { swept } from '../contract/swept';
import { agreementFigures, estimateOf } from './agree';
import { estimated, estimatingRuns } from './estimate';

const KIND = 'activation-patching';

const fields = {
  direction: choice({
    label: 'Put',
    choices: {
      denoise: 'the clean state into the corrupted run (is it enough?)',
      noise: 'the corrupted state into the clean run (is it needed?)',
    },
    default: 'denoise',
  }),
  scale: choice({
    label: 'Values',
    choices: { normalised: 'normalised: 0 corrupted, 1 clean', raw: 'as the metric has them' },
    default: 'normalised',
  }),
  by: choice({
    label: 'How',
    choices: {
      measure: 'measure: one run per state',
      estimate: 'estimate by gradient: three passes for all',
      both: 'both, and compare them',
    },
    default: 'measure',
  }),
  grids: choices({
    label: 'States to patch',
    choices: gridChoices(gridNames),
    default: ['resid_pre', 'attn_out', 'mlp_out'],
  }),
};

export type PatchingSpec = SpecOf<typeof fields>;

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
  check(spec, model) {
    checkGrids(`${KIND}: grids`, spec.grids, spec, model);
    const isRank = spec.by !== 'measure' && spec.metric === 'rank';
    expectThat(!isRank, `${KIND}: metric`, "'rank'", 'a metric with a gradient for an estimate');
  },
  sources: (spec, one, model) =>
    spec.by === 'measure' ? [] : estimatingRuns({ ...spec, ...runsOf(spec) }, one, model),
  sweeps(spec, model, i) {
    const one = spec.cases[i]!;
    const T = one.tokens.length;
    const { base, from } = runsOf(spec);
    return spec.grids.flatMap((name) => {
      const measured = gridSweep(model, name, (cell) => ({
        base,
        edits: [patchEdit(model, name, cell, T, from)],
      }));
      const guessed: Sweep = {
        ...measured,
        name: estimateOf(name),
        unit: '',
        run: () => null,
        value: (cell, runs) =>
          estimated(model, name, cellOf(name, cell), T, {
            runs,
            own: metricValue(spec.metric, runs[base]!.metric!),
          }),
      };
      return { measure: [measured], estimate: [guessed], both: [guessed, measured] }[spec.by];
    });
  },
  doing: (unit) => `patching ${unit}`,
  maps: (spec, { measured, levels }) =>
    measured.map(({ name }) => ({
      name,
      title: titleOf(name),
      unit: spec.scale === 'raw' ? metricUnit(spec.metric) : 'normalised (0 corrupted, 1 clean)',
      levels: (['corrupted', 'clean'] as const).map((of, i) => ({
        name: of,
        value: spec.scale === 'raw' ? levels[of] : i,
      })),
      value: ([patched]: readonly number[], own: Levels) =>
        spec.scale === 'raw' ? patched! : shareOfLoss(patched! - own.corrupted, own),
      drawn: 'heatmap',
      caption: captionOf(spec, name),
    })),
  figures(spec, { maps, levels }) {
    const isRestoring = spec.direction === 'denoise';
    const base = isRestoring ? levels.corrupted : levels.clean;
    return agreementFigures(maps, spec.scale === 'raw' ? base : Number(!isRestoring));
  },
  /** The largest cell over all grids but residual ones, with a simultaneous interval. */
  finding(spec, { maps }, { outcome }) {
    const restoring = spec.direction === 'denoise';
    // What is measured, if anything is.
    const shown = partsOf(maps.filter(({ figure }) => spec.by === 'estimate' || !isEstimate(figure.name)));
    const answer = `*${wordOf(outcome(spec.cases[0]!.answer.id))}*`;
    const [corrupted, clean] = (shown[0]?.figure.levels ?? []).map(({ value }) => value);
    const best = largestCell(shown, restoring === clean! > corrupted! ? 1 : -1);
    if (!best && shown.length > 0)
      return `The twin leaves ${metricText(spec, outcome)} as it is, so no state brings anything back.`;
    if (!best)
      return `Activation patching for ${spec.cases.length === 1 ? answer : `${spec.cases.length} prompts`}: see the maps.`;
    const { figure, cell, value, interval } = best;
    const unit = spec.scale === 'raw' ? figure.unit : 'of the way from corrupted to clean';
    const [into, from] = restoring ? ['corrupted', 'clean'] : ['clean', 'corrupted'];
    const levels = spec.scale === 'raw' ? ` (corrupted ${round(corrupted!)}, clean ${round(clean!)})` : '';
    const how = spec.by === 'estimate' ? 'By an estimate to first order, putting' : 'Putting';
    return (
      `${how} the ${from} value into the ${into} run matters most for the ${figure.title.replace('estimate: ', '').split(',')[0]} at ` +
      `${placeText(figure, cell)}: ${amountText(value, interval, unit)}${levels}${overText(figure, ', one prompt')}.`
    );
  },
});

/** The run that is patched, and the one whose states are put into it. */
const runsOf = ({ direction }: Pick<PatchingSpec, 'direction'>) =>
  direction === 'denoise' ? { base: 'corrupted', from: 'clean' } : { base: 'clean', from: 'corrupted' };

const cellOf = (name: GridName, cell: readonly number[]): Cell =>
  Object.fromEntries(GRIDS[name].axes.map((axis, a) => [axis, cell[a]]));

const isEstimate = (name: string): boolean => !(name in GRIDS);

const titleOf = (name: string): string =>
  isEstimate(name)
    ? `estimate: ${GRIDS[name.replace(/ estimate$/, '') as GridName].title}`
    : GRIDS[name as GridName].title;

function captionOf({ direction }: PatchingSpec, name: string): string {
  const [run, value] = direction === 'denoise' ? ['corrupted', 'clean'] : ['clean', 'corrupted'];
  if (isEstimate(name))
    return `Each cell: an estimate to first order, by the gradient at the ${run} run, of this state set to its ${value} value.`;
  return `Each cell: the ${run} run with this state set to its ${value} value.`;
}

const round = (value: number): number => Number(value.toPrecision(3));
