/** A class graph as a result document: a figure per layer, one bar per channel. */
import { MOST } from '../../util/bounds';
import type { Figure, ResultDocument } from '../../results/document';
import type { Rule } from '../../statistics/causes';
import type { ClassGraphSpec } from './spec';
import type { Candidate, ClassGraph, ClassLayer } from './search';

const ruleText = (rule: Rule): string =>
  rule.rule === 'paired'
    ? `Hatched: channels whose edges make no difference (paired t test, false discovery rate ${rule.alpha} over the layer).`
    : `Hatched: channels that the graph leaves out. It keeps those without which the mean logit falls by ${rule.z} standard errors; if none does, those with a mean relative effect below ${rule.fallback}.`;

export function layerFigure(
  { layer, reads, effects, candidates }: ClassLayer,
  rule: Rule,
  images: number,
): Figure {
  const hasIntervals = candidates.every(({ interval }) => interval !== null);
  return {
    name: layer,
    title: `${layer}: channels of ${reads}, to ${effects.length} of its own`,
    axes: [{ name: 'channel', labels: candidates.map(({ channel }) => `${channel}`) }],
    unit: 'logits',
    measures: "change of the class's logit",
    values: candidates.map(({ total }) => total),
    ...(hasIntervals && {
      intervals: candidates.map(({ interval }) => interval),
      rule: `Student t, ${images - 1} degrees of freedom`,
    }),
    varies: { what: 'images', n: images },
    hatched: candidates.map(({ kept }) => !kept),
    hatching: ruleText(rule),
    drawn: 'bars',
    scale: 'signed',
    caption: `All edges from one channel to the effects ${shortList(effects)} set to u; mean over images.`,
  };
}

/** `logits keeps 3/24 {1, 2, 22}`, a line per layer. */
export const graphLines = ({ layers }: ClassGraph): string[] =>
  layers.map(({ layer, candidates }) => {
    const kept = candidates.filter((one) => one.kept).map(({ channel }) => channel);
    return `${layer} keeps ${kept.length}/${candidates.length} ${shortList(kept)}`;
  });

/** One sentence: the channel that the class depends on most, where its logit is read. */
export function classFinding(name: string, { layers }: ClassGraph): string {
  const top = layers[0];
  const most = top && strongest(top.candidates);
  if (!most) return `No channel is found on which *${name}* depends.`;
  const interval = most.interval ? ` [${most.interval.map((end) => end.toFixed(2)).join(', ')}]` : '';
  const kept = top.candidates.filter((one) => one.kept).length;
  return `The logit of *${name}* changes most without channel ${most.channel} of ${top.reads}: ${most.total.toFixed(2)}${interval}; ${kept} of ${top.candidates.length} channels there are its causes.`;
}

const strongest = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.filter((one) => one.kept).sort((a, b) => Math.abs(b.total) - Math.abs(a.total))[0];

function shortList(numbers: readonly number[]): string {
  const rest = numbers.length - 12;
  return `{${[...numbers.slice(0, 12), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')}}`;
}

export interface ClassGraphParts {
  readonly spec: ClassGraphSpec;
  readonly model: ResultDocument['model'];
  readonly environment: ResultDocument['environment'];
  readonly counters: ResultDocument['counters'];
  /** Asked, and measured: those that the net gets right. */
  readonly asked: number;
  readonly measured: number;
  readonly skipped: ResultDocument['cases']['skipped'];
}

export function classGraphDocument(graph: ClassGraph, parts: ClassGraphParts): ResultDocument {
  const { spec, model, environment, counters, asked, measured, skipped } = parts;
  const { name, rule } = spec;
  return {
    format: 'loci',
    version: 3,
    kind: spec.kind,
    spec,
    model,
    tokens: [],
    title: name,
    finding: classFinding(name, graph),
    notes: [
      ...graphLines(graph),
      ...graph.ends.map((site) => `The graph ends at ${site}, which mixes channels.`),
    ].slice(0, MOST.entries),
    figures: graph.layers.slice(0, MOST.figures).map((layer) => layerFigure(layer, rule, measured)),
    cases: { asked, measured, skipped },
    counters,
    environment,
  };
}
