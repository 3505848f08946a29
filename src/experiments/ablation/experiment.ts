/**
 * Ablation: replaces a part of the clean run with a value that carries nothing about the prompt (0,
 * the mean over reference prompts, another prompt's value) and measures what the answer loses. A
 * large loss means that the part is necessary in this run.
 */
import type { EditSource } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { drawn } from '../common/drawn';
import { dropBounds, dropLevels, dropText, dropUnit, scaledDrop } from '../common/drop';
import { GRIDS, type GridName, placeOf } from '../common/grids';
import { amountText, largestCell, overText, partsOf } from '../common/largest';
import { metricText, metricUnit } from '../common/metric';
import { placeText } from '../../results/place';
import type { Levels } from '../contract/map';
import { gridSweep } from '../contract/sweep';
import { swept } from '../contract/swept';
import {
  type Means,
  meansAt,
  meansOf,
  type Place,
  PROMPTS_AT_ONCE,
  rowWidth,
  sitesOf,
  type Sums,
  sumUp,
} from './means';
import { eligible, referenceTokens } from './reference';
import { type AblationSpec, checkAblation, fields, KIND } from './spec';

const needsMeans = ({ method }: AblationSpec) => method === 'mean' || method === 'mean-per-position';

export const ablationExperiment = swept<typeof fields, undefined, Sums, Means>({
  kind: KIND,
  about: {
    title: 'Ablation',
    asks: 'Which parts does the answer need?',
    group: 'part',
    short: 'What is needed?',
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
    starts: {
      'residual stream': { units: ['resid_post'] },
      'sub-layer': { units: ['attn_out', 'mlp_out'] },
      head: { units: ['attn_head_out_all_pos'] },
      neuron: { units: ['neurons'] },
    },
  },
  fields,
  check: checkAblation,
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
  base: 'clean',
  draws: ({ samples = 1 }) => samples,
  varies: 'reference prompts',
  sources(spec, { tokens }) {
    if (spec.method !== 'resample') return [];
    const from = eligible(tokens, referenceTokens(spec.reference, spec.cases));
    return drawn(from, spec.samples!, spec.seed!).map((other, k) => ({
      id: `reference.${k}`,
      tokens: other,
    }));
  },
  sweeps(spec, model, i, means) {
    const T = spec.cases[i]!.tokens.length;
    return spec.units.map((name) =>
      gridSweep(model, name, (cell, draw) => {
        const place = placeOf(model, name, cell, T);
        const source = replacement(spec, model, place, means, draw);
        return { base: 'clean', edits: [{ ...place, op: 'set', source }] };
      }),
    );
  },
  doing: (unit) => `ablating ${unit}`,
  maps: (spec, { measured, levels: { clean } }) =>
    measured.map(({ name, axes }) => ({
      name,
      title: GRIDS[name as GridName].title,
      unit: dropUnit(spec.scale, spec.metric),
      bounds: dropBounds(spec.scale, spec.metric, clean),
      levels: dropLevels(spec.scale, clean),
      value: ([left]: readonly number[], own: Levels) => scaledDrop(spec.scale, own.clean, left!),
      drawn: axes.length === 1 ? 'bars' : 'heatmap',
      caption: `Each cell: the clean run with this part ${replacementText(spec)}.`,
    })),
  notes({ method, reference }) {
    if (method === 'zero')
      return ['Zero is a value that many parts never take: a mean or another prompt disturbs less.'];
    return reference!.from === 'cases' && method !== 'resample'
      ? ['The mean is over the very prompts that are ablated.']
      : [];
  },
  /** The part whose ablation costs the answer most. */
  finding(spec, { maps, levels }, { outcome }) {
    const best = spec.scale === 'raw' ? null : largestCell(partsOf(maps));
    const metric = metricText(spec, outcome);
    const clean = amountText(levels.clean, null, metricUnit(spec.metric));
    if (!best) return `Ablation for ${metric}, ${clean} in the clean run: see the maps.`;
    const { figure, cell, value, interval, range } = best;
    return (
      `Of the parts ablated alone, ${metric} needs the ${figure.title.split(',')[0]} at ${placeText(figure, cell)} most: ` +
      `ablating it loses ${amountText(value, interval, dropText(spec.scale, spec.metric), range)}${overText(figure)} ` +
      `(${clean} in the clean run).`
    );
  },
});

function promptsOf({ reference, cases }: AblationSpec, chunk: number): readonly (readonly number[])[] {
  return referenceTokens(reference, cases).slice(chunk * PROMPTS_AT_ONCE, (chunk + 1) * PROMPTS_AT_ONCE);
}

function replacement(
  { method }: AblationSpec,
  model: ModelSpec,
  place: Place,
  means: Means,
  draw: number,
): EditSource {
  if (method === 'zero') return { kind: 'constant', value: 0 };
  if (method === 'resample') return { kind: 'run', run: `reference.${draw}` };
  return { kind: 'vector', values: meansAt(model, means[place.site]!, place) };
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
