/**
 * Attention counterfactuals, text form (Zhou et al. 2025, CausalMM, language side): what the model says if heads looked
 * elsewhere. Every head's pattern is rewritten in turn (uniform, reversed, shuffled or random over the keys that it
 * sees), then all heads of a block, then all of a window at once; the last gives the counterfactual branch of
 * l~ = (1 + gamma) l - gamma l_cf. Each branch has keys and values of its own.
 */
import { z } from 'zod';
import type { Rewrite, Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { largestIds } from '../../util/largest';
import type { Figure } from '../../results/document';
import { contrastLogits } from '../../util/contrast';
import { range } from '../../util/range';
import { averaged, overCases, samplesOf } from '../common/average';
import { klDivergence, logSoftmax } from '../../util/distribution';
import { studyDocument } from '../common/document';
import { amountText, largestCell, type Sampled } from '../common/largest';
import { metricRow, metricBounds, metricText, metricUnit, metricValue } from '../common/metric';
import { expectThat, parseStudy } from '../common/parse';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import { answerRowOf, layer, studyFields } from '../common/spec';
import type { DocumentContext, Experiment } from '../experiment';

const KIND = 'attention-counterfactual';

const counterfactualSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    rewrite: z.enum(['uniform', 'reversed', 'shuffled', 'random']).default('reversed'),
    /** Of shuffled and random; draw d has seed + d. */
    seed: z.number().int().min(0).max(0xfffffff).default(1),
    draws: z.number().int().min(1).max(100).default(5),
    /** Blocks [begin, end) of the counterfactual branch; absent: all. */
    layers: z.tuple([layer, layer]).optional(),
    gamma: z.number().min(0).max(10).default(0.5),
    epsilon: z.number().gt(0).max(1).default(0.1),
    top: z.number().int().min(1).max(100).default(10),
  })
  .strict();

type CounterfactualSpec = z.infer<typeof counterfactualSpec>;

/** Of one prompt, [draw][cell]: heads layer by layer, then the blocks, then the branch. */
interface Numbers {
  readonly kl: readonly (readonly number[])[];
  readonly change: readonly (readonly number[])[];
  /** The branch of draw 0. */
  readonly tokens: readonly {
    readonly id: number;
    readonly factual: number;
    readonly counterfactual: number;
    readonly combined: number;
  }[];
}

const isRandom = ({ rewrite }: CounterfactualSpec): boolean => rewrite === 'shuffled' || rewrite === 'random';
const drawsOf = (spec: CounterfactualSpec): number => (isRandom(spec) ? spec.draws : 1);

const runId = (draw: number, cell: number): string => `${draw}.${cell}`;

/** What is rewritten, cell by cell, as (layers, head); no head: all of them. */
function targets(spec: CounterfactualSpec, model: ModelSpec): { layers: readonly number[]; head?: number }[] {
  const { nLayers: L, nHeads: H } = model;
  const [begin, end] = spec.layers ?? [0, L];
  return [
    ...range(0, L).flatMap((layer) => range(0, H).map((head) => ({ layers: [layer], head }))),
    ...range(0, L).map((layer) => ({ layers: [layer] })),
    { layers: range(begin, end) },
  ];
}

export const attentionCounterfactualExperiment: Experiment<CounterfactualSpec, Numbers | Skipped> = {
  kind: KIND,
  about: {
    title: 'Attention counterfactuals',
    asks: 'What if heads looked elsewhere?',
    mediators: ['attention'],
    search: 'exhaustive',
    interventions: ['rewrite'],
    limits:
      'A rewritten pattern mixes values in proportions that the model never saw; a large effect shows use, not purpose.',
    docs: 'attention-counterfactual.md',
    citation: {
      text: 'Zhou et al., CausalMM (2025)',
      url: 'https://arxiv.org/abs/2410.04780',
    },
    options: [
      {
        name: 'rewrite',
        label: 'Make heads look',
        kind: 'choice',
        choices: [
          { value: 'uniform', label: 'everywhere alike' },
          { value: 'reversed', label: 'the other way round' },
          { value: 'shuffled', label: 'in shuffled places' },
          { value: 'random', label: 'at random' },
        ],
        default: 'reversed',
      },
      { name: 'draws', label: 'Draws (shuffled, random)', kind: 'number', default: 5, min: 1, max: 100 },
      { name: 'seed', label: 'Seed', kind: 'number', default: 1, min: 0, max: 268435455 },
      { name: 'gamma', label: 'Gamma', kind: 'number', default: 0.5, min: 0, max: 10 },
      { name: 'epsilon', label: 'Epsilon', kind: 'number', default: 0.1, min: 0, max: 1 },
      { name: 'top', label: 'Tokens to list', kind: 'number', default: 10, min: 1, max: 100 },
    ],
  },
  parseSpec(json, model) {
    const spec = parseStudy(counterfactualSpec, json, KIND, model);
    const [begin, end] = spec.layers ?? [0, model?.nLayers ?? 1];
    const L = model?.nLayers ?? end;
    expectThat(begin < end && end <= L, `${KIND}: layers`, `${begin},${end}`, `begin < end <= ${L}`);
    return spec;
  },
  resolve: async (question, context) => {
    const spec = { ...(await resolveStudy(question, KIND, context)), kind: KIND };
    return attentionCounterfactualExperiment.parseSpec(spec, context.spec);
  },
  cases: (spec) => spec.cases.length,
  size(spec, model, i) {
    const tokens = spec.cases[i]!.tokens.length;
    return { runs: 1 + drawsOf(spec) * targets(spec, model).length, tokens };
  },
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const captures = [{ site: 'unembed.hook_out', rows: [answerRowOf(one)] }];
    const queries = one.tokens.map((_, t) => t);
    const runs: Run[] = [{ id: 'clean', tokens: one.tokens, metric, captures }];
    for (let draw = 0; draw < drawsOf(spec); draw++) {
      for (const [cell, { layers, head }] of targets(spec, model).entries()) {
        const rewrites = layers.map(
          (layer): Rewrite => ({
            layer,
            queries,
            kind: spec.rewrite,
            ...(head === undefined ? {} : { head }),
            ...(isRandom(spec) ? { seed: spec.seed + draw } : {}),
          }),
        );
        runs.push({ id: runId(draw, cell), base: 'clean', rewrites, metric, captures });
      }
    }
    return runs;
  },
  measure(spec, model, i, { runs }) {
    const one = spec.cases[i]!;
    const clean = runs.clean!;
    const skipped = skipUnknown(spec, one, clean.metric!);
    if (skipped) return skipped;
    const logits = (id: string) => runs[id]!.captures['unembed.hook_out']!.data;
    const before = logSoftmax(logits('clean'));
    const level = metricValue(spec.metric, clean.metric!);
    const cells = [...targets(spec, model).keys()];
    const perDraw = (get: (id: string) => number) =>
      Array.from({ length: drawsOf(spec) }, (_, draw) => cells.map((cell) => get(runId(draw, cell))));
    const branch = logits(runId(0, cells.length - 1));
    const [after, combined] = [
      logSoftmax(branch),
      logSoftmax(contrastLogits(logits('clean'), branch, { gamma: spec.gamma, epsilon: spec.epsilon })),
    ];
    const ids = new Set([
      one.answer.id,
      ...[before, after, combined].flatMap((logP) => largestIds(logP, spec.top)),
    ]);
    return {
      kl: perDraw((id) => klDivergence(before, logSoftmax(logits(id)))),
      change: perDraw((id) => metricValue(spec.metric, runs[id]!.metric!) - level),
      tokens: [...ids]
        .map((id) => ({
          id,
          factual: Math.exp(before[id]!),
          counterfactual: Math.exp(after[id]!),
          combined: Math.exp(combined[id]!),
        }))
        .sort((a, b) => b.factual - a.factual),
    };
  },
  reduce(spec, measured, context) {
    if (measured.every((numbers) => numbers === null)) return null;
    const cases = counted(measured);
    const maps = cases.length === 0 ? [] : mapsOf(spec, context.spec, cases);
    const [only] = cases;
    const shown = only && spec.cases.length === 1 ? [branches(only.numbers, spec, context)] : [];
    return studyDocument(spec, measured, context, {
      finding: findingOf(
        spec,
        maps.find(({ figure }) => figure.name === 'change_heads'),
        context,
      ),
      figures: [...maps.map(({ figure }) => figure), ...shown],
    });
  },
};

function mapsOf(
  spec: CounterfactualSpec,
  model: ModelSpec,
  cases: readonly { readonly i: number; readonly numbers: Numbers }[],
): Sampled[] {
  const { nLayers: L, nHeads: H } = model;
  const axis = (name: string, n: number) => ({ name, labels: Array.from({ length: n }, (_, i) => `${i}`) });
  const layerAxis = axis('layer', L);
  const [begin, end] = spec.layers ?? [0, L];
  const parts = [
    { name: 'heads', title: 'one head', axes: [layerAxis, axis('head', H)], from: 0, n: L * H },
    { name: 'blocks', title: 'all heads of a block', axes: [layerAxis], from: L * H, n: L },
    {
      name: 'branch',
      title: `all heads of blocks ${begin} to ${end - 1}`,
      axes: [axis('branch', 1)],
      from: L * H + L,
      n: 1,
    },
  ];
  const quantities = [
    {
      name: 'kl',
      title: 'KL from the next-token distribution',
      unit: 'nats',
      scale: 'positive' as const,
      get: (one: Numbers) => one.kl,
    },
    {
      name: 'change',
      title: 'change of the metric',
      unit: metricUnit(spec.metric),
      scale: 'signed' as const,
      get: (one: Numbers) => one.change,
    },
  ];
  const over = overCases(spec, cases);
  return quantities.flatMap(({ name: quantity, title, unit, scale, get }) =>
    parts.map(({ name, title: what, axes, from, n }): Sampled => {
      const perCase = cases.map(({ numbers }) => get(numbers).map((cells) => cells.slice(from, from + n)));
      const samples =
        quantity === 'kl'
          ? samplesOf(perCase, 'draws', { ...over, isDivergence: true })
          : samplesOf(perCase, 'draws', over, metricBounds(spec.metric, 'difference'));
      const figure: Figure = {
        name: `${quantity}_${name}`,
        title: `${title}, ${spec.rewrite} attention of ${what}`,
        axes,
        unit,
        ...averaged(samples.rows, samples.over),
        drawn: axes.length === 2 ? 'heatmap' : n === 1 ? 'table' : 'bars',
        scale,
      };
      return { figure, samples };
    }),
  );
}

function branches({ tokens }: Numbers, spec: CounterfactualSpec, { outcome }: DocumentContext): Figure {
  return {
    name: 'next_tokens',
    title: 'what comes next',
    axes: [
      { name: 'token', labels: tokens.map(({ id }) => outcome(id)) },
      { name: 'branch', labels: ['factual', 'counterfactual', 'combined'] },
    ],
    unit: 'probability',
    values: tokens.flatMap(({ factual, counterfactual, combined }) => [factual, counterfactual, combined]),
    drawn: 'table',
    scale: 'positive',
    caption: `Combined: (1 + gamma) l - gamma l_cf with gamma ${spec.gamma}; tokens below ${spec.epsilon} of the likeliest are dropped.`,
  };
}

/** The head that matters most, with an interval that holds for all heads at once. */
function findingOf(
  spec: CounterfactualSpec,
  heads: Sampled | undefined,
  { outcome }: DocumentContext,
): string {
  const best = heads ? largestCell([heads], 'either') : null;
  if (!best) return 'Nothing was measured: every case was left out.';
  const { figure, cell, value, interval, range } = best;
  const H = figure.axes[1]!.labels.length;
  const over = figure.varies ? `, ${figure.varies.n} ${figure.varies.what}` : ', one prompt';
  return (
    `With ${spec.rewrite} attention of one head, L${Math.floor(cell / H)}H${cell % H} matters most: ` +
    `${metricText(spec, outcome)} changes by ${amountText(value, interval, figure.unit, range)}${over}.`
  );
}
