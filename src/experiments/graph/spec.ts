/** The question of a causal explanatory graph: how edges are cut, the search, the tests. */
import { z } from 'zod';
import { edgeCount, refuseWithoutEdges } from '../../model/edges';
import { MOST } from '../../util/bounds';
import type { ModelSpec } from '../../model/spec';
import { expectThat } from '../common/parse';
import { check, choice, given, number, numbers, resolving, type SpecOf, seed } from '../contract/fields';
import { question } from '../contract/question';
import type { Needs } from '../experiment';
import { checkMlps, parseEdgeNames } from './edgeNames';
import { checkEstimate, estimateFields, prefilterFields } from './estimate/fields';
import { placesOf } from './places';

export const KIND = 'graph';
const NEEDS: Needs = { corrupted: true, distractor: true, metric: 'logit-diff' };

/** Further searches: none. */
const AGAIN = { default: [], min: 0, max: MOST.samples, isRare: true } as const;

export const fields = {
  /**
   * path: top-down from the answer, all earlier writers into the current effect set (Ahmad et al.
   * 2024). acdc: greedy removal of edges that change the output by less than tau (Conmy et al.
   * 2023). exhaustive: every edge cut alone. eap, eap-ig: every edge estimated by gradient (Syed et
   * al. 2023; Hanna et al. 2024). chosen: the edges in `edges`.
   */
  method: choice({
    label: 'Find it by',
    choices: {
      path: 'paths from the answer down',
      acdc: 'removing edge after edge (ACDC)',
      exhaustive: 'cutting every edge alone',
      eap: 'estimating every edge by gradient (EAP)',
      'eap-ig': 'estimating along a path from the twin (EAP-IG)',
      chosen: 'naming its edges',
    },
    default: 'path',
  }),
  /** For chosen: names such as 'a0.h1->a2.h0<k>'; with positions 'a0.h1->a2.h0<k>@2'. */
  edges: given(z.array(z.string()).min(1).max(MOST.edges).optional(), {
    kind: 'lines',
    label: 'Edges, one a line',
    default: null,
    example: 'a0.h1->a2.h0<k>',
    only: { method: ['chosen'] },
  }),
  ...estimateFields,
  ...prefilterFields,
  /** Value of a cut edge: the twin's contribution, nothing, the mean over prompts, or a number. */
  ablation: choice({
    label: 'A cut edge carries',
    choices: {
      corrupted: 'what it carries in the twin',
      zero: 'nothing',
      mean: 'its mean over the prompts',
      constant: 'a number',
    },
    default: 'corrupted',
  }),
  /** For ablation 'constant'. */
  constant: resolving(
    number({ label: 'The number (default: 0)', default: null, only: { ablation: ['constant'] } }),
    (asked, { ablation }) => asked ?? (ablation === 'constant' ? 0 : undefined),
  ),
  /** Nodes span all positions, or are separate per token (several prompts: per token role). */
  positions: choice({
    label: 'Nodes are',
    choices: { collapsed: 'parts, over all tokens', tokens: 'parts at tokens' },
    default: 'collapsed',
  }),
  /** Number of cases, the last ones, held out of the search to test the graph. */
  heldOut: number({ label: 'Prompts held out', default: 0, min: 0, max: MOST.cases, whole: true }),
  /** Share of a cut edge that remains: beta + U(0, jitter), drawn per case. */
  beta: number({ label: 'Left of a cut edge', default: 0, min: 0, max: 1 }),
  jitter: number({ label: 'How far that varies', default: 0, min: 0, max: 1 }),
  seed: seed('Seed', 1),
  /** For path: paired two-sided t with Benjamini-Hochberg, or the published one-sided rule. */
  rule: choice({
    label: 'Test of an edge (paths)',
    choices: { paired: 'paired t, Benjamini-Hochberg', ahmad: 'as published, one-sided' },
    default: 'paired',
  }),
  alpha: number({ label: 'Alpha (paired)', default: 0.1, min: 0, max: 1 }),
  z: number({ label: 'z (as published)', default: 1.65 }),
  /** For path: smallest |score| that counts, as a share of clean - corrupted. */
  least: number({
    label: 'Smallest share that counts (paths)',
    default: 0.001,
    min: 0,
    max: 1,
    schema: z.number().nonnegative(),
  }),
  /**
   * For exhaustive and estimates: smallest change of the logit difference that counts, in logits.
   */
  threshold: number({ label: 'Smallest change that counts (every edge, estimates)', default: 1e-6, min: 0 }),
  /** For acdc: removes an edge if the measure changes by less than tau (nats or logits). */
  tau: number({ label: 'Tau (ACDC)', default: 0.01, min: 0, schema: z.number().positive() }),
  measure: choice({
    label: 'Measure (ACDC)',
    choices: { kl: 'KL of the next token', 'logit-diff': 'the logit difference' },
    default: 'kl',
  }),
  /** For acdc: receivers from the logits down; per receiver, earliest or latest sender first. */
  order: choice({
    label: 'Tried first (ACDC)',
    choices: { earliest: 'the earliest sender', latest: 'the latest sender' },
    default: 'earliest',
  }),
  /** MLPs such as 'm0': after the search, cuts each neuron's edges into the MLP's receivers. */
  neurons: given(z.array(z.string()).max(MOST.layers).default([]), {
    kind: 'lines',
    label: 'MLPs whose neurons are cut, too, one a line',
    default: null,
    example: 'm0',
  }),
  /** Faithfulness at ten sizes, with random graphs of the same sizes. */
  curve: check({ label: 'Faithfulness at ten sizes', default: true }),
  random: number({ label: 'Random graphs', default: 5, min: 0, max: MOST.samples, whole: true }),
  /** Edge sets sampled for completeness and minimality; 0: neither. */
  samples: number({
    label: 'Sets for completeness and minimality',
    default: 5,
    min: 0,
    max: MOST.samples,
    whole: true,
  }),
  /** Stability: number of resamples of the prompts; also other betas and seeds. */
  resamples: number({ label: 'Draws for stability', default: 100, min: 0, max: MOST.entries, whole: true }),
  betas: numbers({
    ...AGAIN,
    label: 'Stability: search again with these shares left of a cut edge',
    each: z.number().min(0).max(1),
  }),
  seeds: numbers({
    ...AGAIN,
    label: 'Stability: search again with these seeds',
    each: z.number().int().min(0).max(0xffffffff),
  }),
  /** Kept-edge pairs tested for interaction, strongest first. */
  interactions: number({
    label: 'Interactions of edges',
    default: 10,
    min: 0,
    max: MOST.samples,
    whole: true,
  }),
};

export type GraphSpec = SpecOf<typeof fields>;

export const graphQuestion = question({
  kind: KIND,
  about: {
    title: 'Causal graph',
    asks: 'Through what paths does the answer come?',
    group: 'path',
    short: 'Through what edges?',
    mediators: ['edge'],
    byGradient: { method: 'eap' },
    search: 'exhaustive',
    interventions: ['swap', 'zero', 'mean'],
    limits:
      'A graph of one prompt is not a mechanism; edges that stand in for each other may all look idle when cut alone.',
    docs: 'graphs.md',
    citation: {
      text: 'Ahmad et al., Causal analysis for robust interpretability of neural networks (2024); Conmy et al., Towards automated circuit discovery (2023); Syed et al., Attribution patching outperforms automated circuit discovery (2023); Hanna et al., Have faith in faithfulness (2024)',
      url: 'https://arxiv.org/abs/2304.14997',
    },
    needs: NEEDS,
  },
  fields,
  requires: NEEDS,
  check: checkGraph,
});

export const parseGraph = graphQuestion.parseSpec;

function checkGraph(spec: GraphSpec, model?: ModelSpec): void {
  expectThat(
    spec.metric === 'logit-diff',
    `${KIND}: metric`,
    spec.metric,
    'logit-diff, which scores are shares of',
  );
  expectThat(
    (spec.constant !== undefined) === (spec.ablation === 'constant'),
    `${KIND}: constant`,
    spec.constant ?? 'nothing',
    "a number with ablation 'constant', and with no other",
  );
  expectThat(
    (spec.edges !== undefined) === (spec.method === 'chosen'),
    `${KIND}: edges`,
    spec.edges ? 'a list' : 'nothing',
    "a list with method 'chosen', and with no other",
  );
  expectThat(
    spec.method !== 'acdc' || spec.jitter === 0,
    `${KIND}: jitter`,
    spec.jitter,
    "0 with method 'acdc', which compares a graph with the one before it",
  );
  checkEstimate(spec, KIND);
  expectThat(
    spec.heldOut < spec.cases.length,
    `${KIND}: heldOut`,
    spec.heldOut,
    `fewer than ${spec.cases.length}, the number of cases`,
  );
  if (!model) return;
  refuseWithoutEdges(model, KIND);
  const places = placesOf(spec);
  const edges = edgeCount(model) * (places?.n ?? 1);
  const most = places ? MOST.edges : MOST.shapeEdges;
  expectThat(
    edges <= most,
    `${KIND}: positions`,
    `${edges} edges`,
    `at most ${most}: a shorter prompt, or nodes that stand for all positions`,
  );
  if (spec.edges) parseEdgeNames(spec.edges, model, placesOf(spec), `${KIND}: edges`);
  checkMlps(spec.neurons, model, `${KIND}: neurons`);
}
