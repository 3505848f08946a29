/**
 * Attention knockout (Geva et al. 2023): hides some keys from some queries in a window of layers.
 * The answer's loss shows whether information flows from those keys to those queries there.
 */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { MOST } from '../../util/bounds';
import { numbered } from '../common/axes';
import { dropLevels, dropScale, dropText, dropUnit, scaledDrop } from '../common/drop';
import { amountText, largestCell, overText } from '../common/largest';
import { metricText, metricUnit } from '../common/metric';
import { expectThat, expectTokens } from '../common/parse';
import { layer, position } from '../common/spec';
import { checkWindow, checkWindowLayers } from '../common/window';
import { blank, first } from '../contract/columns';
import { given, type SpecOf } from '../contract/fields';
import { windowField } from '../contract/windowField';
import type { Levels } from '../contract/map';
import { swept } from '../contract/swept';
import type { Option } from '../experiment';
import { knockoutOf, masksOf, pairName, setChoices, setPair, type SetPair } from './sets';

const KIND = 'knockout';

const PAIRS: SetPair[] = [
  { queries: 'answer', keys: 'subject' },
  { queries: 'answer', keys: 'not-subject' },
  { queries: 'answer', keys: 'answer' },
];

const places = (name: string, begin: string): Option => ({
  name,
  label: name,
  kind: 'places',
  choices: setChoices,
  default: begin,
});

const fields = {
  pairs: given(z.array(setPair).min(1).max(MOST.samples).default(PAIRS), {
    kind: 'rows',
    label: 'Block',
    each: 'pair',
    default: PAIRS,
    columns: [places('queries', 'answer'), places('keys', 'subject'), blank('text', 'name', 'called')],
  }),
  /** The window of masked layers around each layer. */
  window: windowField('Layers blocked together'),
  /** Only these heads; absent: all. */
  heads: given(
    z
      .array(z.object({ layer, head: position }).strict())
      .min(1)
      .max(MOST.entries)
      .optional(),
    {
      kind: 'rows',
      label: 'Only these heads (none: all)',
      each: 'head',
      default: null,
      columns: [first('layer'), first('head')],
    },
  ),
  scale: dropScale,
};

export type KnockoutSpec = SpecOf<typeof fields>;

export const knockoutExperiment = swept({
  kind: KIND,
  about: {
    title: 'Attention knockout',
    asks: 'Between which tokens does the answer flow, and where?',
    group: 'path',
    short: 'Between which tokens?',
    mediators: ['attention'],
    search: 'exhaustive',
    interventions: ['mask'],
    limits: 'A blocked way may be gone around: by another token, or by layers outside the window.',
    docs: 'knockout.md',
    citation: {
      text: 'Geva et al., Dissecting recall of factual associations in auto-regressive language models (2023)',
      url: 'https://arxiv.org/abs/2304.14767',
    },
    needs: { subject: true },
  },
  fields,
  base: 'clean',
  check: checkKnockout,
  sweeps: (spec, model, i) => [
    {
      name: KIND,
      axes: [
        { name: 'queries → keys', labels: spec.pairs.map(pairName) },
        numbered('layer', spec.window.layers.length),
      ],
      run([pair, layer]) {
        const hidden = knockoutOf(spec.pairs[pair!]!, spec.cases[i]!, `${KIND}: pairs[${pair}]`, model);
        const masks = masksOf(hidden, spec.window.layers[layer!]!, spec.heads);
        return masks.length > 0 ? { base: 'clean', masks } : null;
      },
      id: (cell) => [KIND, ...cell].join('.'),
    },
  ],
  doing: () => 'knocking out attention',
  maps: ({ scale, metric, window, heads }, { measured, levels: { clean } }) =>
    measured.map(({ name }) => ({
      name,
      title: 'attention knocked out',
      unit: dropUnit(scale, metric),
      levels: dropLevels(scale, clean),
      value: ([left]: readonly number[], own: Levels) => scaledDrop(scale, own.clean, left!),
      drawn: 'lines',
      caption:
        `Each point: the queries cannot see the keys in ${window.size === 1 ? 'this layer' : `a window of ${window.size} layers around this one`}, ` +
        `${heads ? `${heads.length} chosen heads` : 'all heads'}.`,
    })),
  finding(spec, { maps, levels }, { outcome }) {
    const metric = metricText(spec, outcome);
    const best = spec.scale === 'raw' ? null : largestCell(maps);
    if (!best) return `Attention knockout for ${metric}: see the lines.`;
    const L = spec.window.layers.length;
    const pair = pairName(spec.pairs[Math.floor(best.cell / L)]!);
    const [begin, end] = spec.window.layers[best.cell % L]!;
    const layers = end - begin === 1 ? `layer ${begin}` : `layers ${begin} to ${end - 1}`;
    const clean = amountText(levels.clean, null, metricUnit(spec.metric));
    const lost = amountText(best.value, best.interval, dropText(spec.scale, spec.metric));
    return `Blocking ${pair} in ${layers} costs ${metric} most: ${lost} lost${overText(best.figure)} (${clean} in the clean run).`;
  },
});

function checkKnockout(spec: KnockoutSpec, model?: ModelSpec): void {
  checkWindow(KIND, spec.window);
  const names = spec.pairs.map(pairName);
  expectThat(new Set(names).size === names.length, `${KIND}: pairs`, names.join(), 'each pair once');
  expectTokens(spec, 2 * spec.pairs.length, `${KIND}: pairs`);
  for (const [p, pair] of spec.pairs.entries())
    for (const one of spec.cases) knockoutOf(pair, one, `${KIND}: pairs[${p}]`, model);
  if (!model) return;
  const { nLayers: L, nHeads: H } = model;
  checkWindowLayers(KIND, spec.window, L);
  for (const [i, { layer, head }] of (spec.heads ?? []).entries()) {
    const where = `${KIND}: heads[${i}]`;
    expectThat(layer < L, `${where}.layer`, layer, `0..${L - 1}, the model's layers`);
    expectThat(head < H, `${where}.head`, head, `0..${H - 1}, the model's heads`);
  }
}
