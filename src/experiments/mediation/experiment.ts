/**
 * Mediation: how much of the clean-corrupted difference passes through a mediator, how much
 * bypasses it, and how much needs both. Sets each mediator to its clean value in the corrupted run
 * and to its corrupted value in the clean run; effects are paired by draw.
 */
import type { Figure } from '../../results/document';
import { CORRUPTED, corruptionField, corruptionText } from '../common/corruption';
import { gridChoices, GRIDS, partNames, patchEdit } from '../common/grids';
import { amountText, largestCell, onlyOf, overText, partsOf } from '../common/largest';
import { metricBounds, metricText, metricUnit } from '../common/metric';
import { placeText } from '../../results/place';
import { choices } from '../contract/fields';
import type { Levels } from '../contract/map';
import { checkGrids, gridSweep } from '../contract/sweep';
import { swept } from '../contract/swept';
import { EFFECTS, effectsOf } from './effects';

const KIND = 'mediation';

export const mediationExperiment = swept({
  kind: KIND,
  about: {
    title: 'Mediation',
    asks: 'How much goes through this part, and how much past it?',
    group: 'path',
    short: 'Through or past it?',
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
    starts: {
      'residual stream': { mediators: ['resid_post'] },
      'sub-layer': { mediators: ['attn_out', 'mlp_out'] },
      head: { mediators: ['attn_head_out_all_pos'] },
      neuron: { mediators: ['neurons'] },
    },
  },
  fields: {
    corruption: corruptionField,
    mediators: choices({
      label: 'Parts to go through',
      choices: gridChoices(partNames),
      default: ['resid_post', 'attn_out', 'mlp_out', 'attn_head_out_all_pos'],
    }),
  },
  base: 'corruption',
  check: (spec, model) => checkGrids(`${KIND}: mediators`, spec.mediators, spec, model),
  sweeps(spec, model, i) {
    const T = spec.cases[i]!.tokens.length;
    return spec.mediators.flatMap((name) =>
      [
        { way: 'restored', base: CORRUPTED, from: 'clean' },
        { way: 'broken', base: 'clean', from: CORRUPTED },
      ].map(({ way, base, from }) => ({
        ...gridSweep(model, name, (cell) => ({ base, edits: [patchEdit(model, name, cell, T, from)] })),
        name: `${way}.${name}`,
        unit: name,
      })),
    );
  },
  doing: (unit) => `both ways through ${unit}`,
  maps(spec, { levels }) {
    const unit = metricUnit(spec.metric);
    return [
      {
        name: 'total',
        title: 'total effect',
        from: [],
        several: { name: 'effect', labels: ['total'] },
        unit,
        bounds: metricBounds(spec.metric, 'difference'),
        levels: (['clean', 'corrupted'] as const).map((name) => ({ name, value: levels[name] })),
        value: (_: readonly number[], { clean, corrupted }: Levels) => [clean - corrupted],
        drawn: 'bars' as const,
        caption: `What is lost from the clean run to ${corruptionText(spec.corruption)}.`,
      },
      ...spec.mediators.map((name) => ({
        name,
        title: GRIDS[name].title,
        from: [`restored.${name}`, `broken.${name}`],
        several: { name: 'effect', labels: EFFECTS },
        unit,
        // The remainder is a difference of two differences.
        bounds: spec.metric === 'p' ? ([-2, 2] as const) : undefined,
        value([restored, broken]: readonly number[], own: Levels) {
          const effects = effectsOf(own, restored!, broken!);
          return EFFECTS.map((effect) => effects[effect]);
        },
        drawn: GRIDS[name].axes.length === 1 ? ('lines' as const) : ('heatmap' as const),
        caption:
          'Natural indirect: the corrupted run with the clean mediator. Natural direct: the clean run with the corrupted ' +
          'mediator, above the corrupted level. Remainder: what needs both. Drop = natural indirect + remainder.',
      })),
    ];
  },
  notes: () => ['Effects of different mediators overlap: they do not add up to the total effect.'],
  /** The mediator with the largest indirect effect. */
  finding(spec, { maps: [total, ...maps] }, { outcome }) {
    const unit = metricUnit(spec.metric);
    const { values, intervals, ranges } = total!.figure;
    const [te] = values;
    const amount = amountText(te!, intervals?.[0], unit, ranges?.[0]);
    const whole = `${metricText(spec, outcome)} differs by ${amount} between the clean and the corrupted run${overText(total!.figure)}`;
    const best = largestCell(
      partsOf(maps).map((map) => onlyOf(map, 0)),
      te! < 0 ? -1 : 1,
    );
    if (!best) return `The total effect: ${whole}. See the maps.`;
    const { figure, cell, value, interval, range } = best;
    const source: Figure = maps.find((map) => map.figure.name === figure.name)!.figure;
    const at = (effect: number) =>
      amountText(source.values[effect * figure.values.length + cell]!, null, unit);
    return (
      `Of the total effect (${whole}) the ${figure.title.split(',')[0]} at ${placeText(figure, cell)} carry most: ` +
      `natural indirect effect ${amountText(value, interval, unit, range)}, natural direct effect ${at(1)}, remainder ${at(2)}.`
    );
  },
});
