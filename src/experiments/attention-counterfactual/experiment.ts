/**
 * Attention counterfactuals, text form (Zhou et al. 2025, CausalMM, language side): rewrites each
 * head's pattern (uniform, reversed, shuffled or random over the keys it sees), then all heads of a
 * block, then of a window. The window gives the counterfactual branch l~ = (1 + gamma) l - gamma
 * l_cf. Each branch has its own keys and values.
 */
import { z } from 'zod';
import type { RunResult } from '../../forward/request/contract';
import { LOGITS } from '../../model/siteKinds';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { contrastLogits } from '../../util/contrast';
import { klDivergence, logSoftmax } from '../../util/distribution';
import { largestIds } from '../../util/largest';
import { range } from '../../util/range';
import { numbered } from '../common/axes';
import { amountText, largestCell, overText } from '../common/largest';
import { metricBounds, metricText, metricUnit, metricValue } from '../common/metric';
import { expectThat } from '../common/parse';
import { answerRowOf, layer } from '../common/spec';
import { choice, given, number, type SpecOf } from '../contract/fields';
import type { MapOf } from '../contract/map';
import type { Sweep } from '../contract/sweep';
import { swept } from '../contract/swept';

const KIND = 'attention-counterfactual';

const fields = {
  rewrite: choice({
    label: 'Make heads look',
    choices: {
      uniform: 'everywhere alike',
      reversed: 'the other way round',
      shuffled: 'in shuffled places',
      random: 'at random',
    },
    default: 'reversed',
  }),
  /** For shuffled and random; draw d uses seed + d. */
  seed: number({ label: 'Seed', default: 1, min: 0, max: 0xfffffff, whole: true }),
  draws: number({ label: 'Draws (shuffled, random)', default: 5, min: 1, max: 100, whole: true }),
  /** Blocks [begin, end) of the counterfactual branch; absent: all. */
  layers: given(z.tuple([layer, layer]).optional(), {
    kind: 'numbers',
    label: 'Blocks of the branch, from and up to (none: all)',
    default: null,
  }),
  gamma: number({ label: 'Gamma', default: 0.5, min: 0, max: 10 }),
  epsilon: number({ label: 'Epsilon', default: 0.1, min: 0, max: 1, schema: z.number().gt(0).max(1) }),
  top: number({ label: 'Tokens to list', default: 10, min: 1, max: 100, whole: true }),
};

type CounterfactualSpec = SpecOf<typeof fields>;

/** The likeliest tokens of one prompt in the branch of draw 0. */
interface Branch {
  readonly tokens: readonly {
    readonly id: number;
    readonly factual: number;
    readonly counterfactual: number;
    readonly combined: number;
  }[];
}

const isRandom = ({ rewrite }: CounterfactualSpec): boolean => rewrite === 'shuffled' || rewrite === 'random';

const logitsOf = ({ captures }: RunResult) => captures[LOGITS]!.data;

/** Index of the branch among all cells: after the heads and the blocks. */
const branchPlace = ({ nLayers: L, nHeads: H }: ModelSpec): number => L * H + L;

export const attentionCounterfactualExperiment = swept<typeof fields, Branch>({
  kind: KIND,
  about: {
    title: 'Attention counterfactuals',
    asks: 'What if heads looked elsewhere?',
    group: 'change',
    short: 'If heads look elsewhere?',
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
  },
  fields,
  check(spec, model) {
    const [begin, end] = spec.layers ?? [0, model?.nLayers ?? 1];
    const L = model?.nLayers ?? end;
    expectThat(begin < end && end <= L, `${KIND}: layers`, `${begin},${end}`, `begin < end <= ${L}`);
  },
  base: 'clean',
  draws: (spec) => (isRandom(spec) ? spec.draws : 1),
  varies: 'draws',
  captures: (one) => [{ site: LOGITS, rows: [answerRowOf(one)] }],
  sweeps(spec, model, i) {
    const { nLayers: L, nHeads: H } = model;
    const queries = range(0, spec.cases[i]!.tokens.length);
    const rewritten = (layers: readonly number[], head: number | undefined, draw: number) => ({
      base: 'clean',
      rewrites: layers.map((block) => ({
        layer: block,
        queries,
        kind: spec.rewrite,
        ...(head === undefined ? {} : { head }),
        ...(isRandom(spec) ? { seed: spec.seed + draw } : {}),
      })),
    });
    const from = (first: number): Pick<Sweep, 'id' | 'unit'> => ({
      id: (_, place, draw) => `${draw}.${first + place}`,
      unit: '',
    });
    return [
      {
        name: 'heads',
        axes: [numbered('layer', L), numbered('head', H)],
        run: ([block, head], draw) => rewritten([block!], head, draw),
        ...from(0),
      },
      {
        name: 'blocks',
        axes: [numbered('layer', L)],
        run: ([block], draw) => rewritten([block!], undefined, draw),
        ...from(L * H),
      },
      {
        name: 'branch',
        axes: [numbered('branch', 1)],
        run: (_, draw) => rewritten(range(...(spec.layers ?? [0, L])), undefined, draw),
        ...from(branchPlace(model)),
      },
    ];
  },
  reads(spec, clean) {
    const before = logSoftmax(logitsOf(clean));
    const level = metricValue(spec.metric, clean.metric!);
    return {
      kl: (run) => klDivergence(before, logSoftmax(logitsOf(run))),
      change: (run) => metricValue(spec.metric, run.metric!) - level,
    };
  },
  extra(spec, one, runs, model) {
    const [own, other] = [logitsOf(runs.clean!), logitsOf(runs[`0.${branchPlace(model)}`]!)];
    const [before, after, combined] = [own, other, contrastLogits(own, other, spec)].map(logSoftmax);
    const likeliest = [before!, after!, combined!].flatMap((logP) => largestIds(logP, spec.top));
    return {
      tokens: [...new Set([one.answer.id, ...likeliest])]
        .map((id) => ({
          id,
          factual: Math.exp(before![id]!),
          counterfactual: Math.exp(after![id]!),
          combined: Math.exp(combined![id]!),
        }))
        .sort((a, b) => b.factual - a.factual),
    };
  },
  maps(spec, { model, measured }) {
    const [begin, end] = spec.layers ?? [0, model.nLayers];
    const what: Record<string, string> = {
      heads: 'one head',
      blocks: 'all heads of a block',
      branch: `all heads of blocks ${begin} to ${end - 1}`,
    };
    const quantities = [
      {
        read: 'kl',
        title: 'KL from the next-token distribution',
        unit: 'nats',
        scale: 'positive',
        isDivergence: true,
      },
      {
        read: 'change',
        title: 'change of the metric',
        unit: metricUnit(spec.metric),
        bounds: metricBounds(spec.metric, 'difference'),
      },
    ] as const satisfies readonly Partial<MapOf>[];
    const drawn = { heads: 'heatmap', blocks: 'bars', branch: 'table' } as const;
    return quantities.flatMap((quantity) =>
      measured.map(({ name }) => ({
        ...quantity,
        name: `${quantity.read}_${name}`,
        title: `${quantity.title}, ${spec.rewrite} attention of ${what[name]}`,
        from: [name],
        drawn: drawn[name as keyof typeof drawn],
      })),
    );
  },
  figures(spec, { cases }, { outcome }) {
    const [{ numbers }] = cases as [(typeof cases)[number]];
    if (spec.cases.length > 1) return [];
    const { tokens } = numbers.extra;
    const figure: Figure = {
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
    return [figure];
  },
  /** The head that matters most, with a simultaneous interval. */
  finding(spec, { maps }, { outcome }) {
    const heads = maps.filter((map) => map.figure.name === 'change_heads');
    const { figure, cell, value, interval, range: spread } = largestCell(heads, 'either')!;
    const H = figure.axes[1]!.labels.length;
    return (
      `With ${spec.rewrite} attention of one head, L${Math.floor(cell / H)}H${cell % H} matters most: ` +
      `${metricText(spec, outcome)} changes by ${amountText(value, interval, figure.unit, spread)}${overText(figure, ', one prompt')}.`
    );
  },
});
