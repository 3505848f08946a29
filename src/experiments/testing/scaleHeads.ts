/** A trial of the contract: every head's output times a factor, head by head. CONTRIBUTING.md shows it; nothing registers it. */
import { dropLevels, dropScale, dropUnit, scaledDrop } from '../common/drop';
import { placeOf } from '../common/grids';
import { amountText, largestCell, overText } from '../common/largest';
import { metricText } from '../common/metric';
import { placeText } from '../../results/place';
import { number } from '../contract/fields';
import { gridSweep } from '../contract/sweep';
import { swept } from '../contract/swept';

const HEADS = 'attn_head_out_all_pos';

export const scaleHeads = swept({
  kind: 'scale-heads',
  about: {
    title: 'Scaled heads',
    group: 'part',
    short: 'Which heads?',
    asks: 'Which heads does the answer hear, louder or softer?',
    mediators: ['head'],
    search: 'exhaustive',
    interventions: ['scale'],
    limits: 'A scaled output is one that the model never writes.',
    docs: 'ablation.md',
  },
  fields: { factor: number({ label: 'Factor', default: 2, min: -10, max: 10 }), scale: dropScale },
  base: 'clean',
  sweeps: ({ cases, factor }, model, i) => [
    gridSweep(model, HEADS, (cell) => {
      const place = placeOf(model, HEADS, cell, cases[i]!.tokens.length);
      return { base: 'clean', edits: [{ ...place, op: 'scale', alpha: factor }] };
    }),
  ],
  maps: ({ scale, metric, factor }, { levels: { clean } }) => [
    {
      name: HEADS,
      title: `heads times ${factor}`,
      unit: dropUnit(scale, metric),
      levels: dropLevels(scale, clean),
      value: ([scaled], own) => scaledDrop(scale, own.clean, scaled!),
      drawn: 'heatmap',
    },
  ],
  finding(spec, { maps }, { outcome }) {
    const best = largestCell(maps, 'either');
    if (!best) return 'No share is determined: see the map.';
    const amount = amountText(best.value, best.interval, best.figure.unit);
    return `Scaling the head at ${placeText(best.figure, best.cell)} changes ${metricText(spec, outcome)} most: ${amount}${overText(best.figure)}.`;
  },
});
