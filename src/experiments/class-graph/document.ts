/** A class graph in figures and words: a figure per layer, one bar per channel. */
import { minus } from '../../results/format';
import type { Figure } from '../../results/document';
import type { Rule } from '../../statistics/causes';
import type { NetFindings } from '../net/experiment';
import { type Candidate, type ClassGraph, type ClassLayer, keptOf } from './search';

const ruleText = (rule: Rule): string =>
  rule.rule === 'paired'
    ? `Hatched: channels whose edges make no difference (paired t test, false discovery rate ${rule.alpha} over the layer).`
    : `Hatched: channels that the graph leaves out. It keeps those without which the mean logit falls by ${rule.z} standard errors; if none does, those with a mean relative effect below ${rule.fallback}.`;

function layerFigure({ layer, reads, effects, candidates }: ClassLayer, rule: Rule, images: number): Figure {
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
const graphLines = ({ layers }: ClassGraph): string[] =>
  layers.map((one) => {
    const kept = keptOf(one);
    return `${one.layer} keeps ${kept.length}/${one.candidates.length} ${shortList(kept)}`;
  });

/** One sentence: the channel that the class depends on most, where its logit is read. */
function classFinding(name: string, { layers }: ClassGraph): string {
  const top = layers[0];
  const most = top && strongest(top.candidates);
  if (!most) return `No channel is found on which *${name}* depends.`;
  const interval = most.interval ? ` [${most.interval.map((end) => minus(end.toFixed(2))).join(', ')}]` : '';
  const kept = keptOf(top).length;
  return `The logit of *${name}* changes most without channel ${most.channel} of ${top.reads}: ${minus(most.total.toFixed(2))}${interval}; ${kept} of ${top.candidates.length} channels there are its causes.`;
}

const strongest = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.filter((one) => one.kept).sort((a, b) => Math.abs(b.total) - Math.abs(a.total))[0];

function shortList(numbers: readonly number[]): string {
  const rest = numbers.length - 12;
  return `{${[...numbers.slice(0, 12), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')}}`;
}

interface ClassFindings extends Pick<NetFindings, 'measured' | 'skipped'> {
  /** Of the class. */
  readonly name: string;
  readonly rule: Rule;
}

export function classFindings(
  graph: ClassGraph,
  { name, rule, measured, skipped }: ClassFindings,
): NetFindings {
  return {
    title: name,
    finding: classFinding(name, graph),
    notes: [
      ...graphLines(graph),
      ...graph.ends.map((site) => `The graph ends at ${site}, which mixes channels.`),
    ],
    figures: graph.layers.map((layer) => layerFigure(layer, rule, measured)),
    measured,
    skipped,
  };
}
