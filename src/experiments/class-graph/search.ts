/**
 * The causal graph of a class (Ahmad et al. 2024) in any net: from the class's logit down, channels
 * whose edges matter become the effects of the layers that write them. See docs/class-graph.md.
 */
import { logitSite, netSite, type NetLayer, type NetSpec } from '../../model/net';
import type { NetRun } from '../../model/netRun';
import { AHMAD, causesOf, differences, PAIRED, ratios, type Rule } from '../../statistics/causes';
import { type Interval, mean, tInterval } from '../../statistics/stats';
import { klDivergence, logSoftmax } from '../../util/distribution';
import { RandomState } from '../../util/random';
import { candidatesOf, writersOf } from './channels';
import { range } from '../../util/range';

/** By the names that questions use. */
export const RULES = { paired: PAIRED, ahmad: AHMAD } as const;

export interface ClassQuestion {
  readonly label: number;
  readonly rule: Rule;
  /** u of each candidate is uniform in (low, high); 0 and 0: the edges are cut. */
  readonly u: { readonly low: number; readonly high: number; readonly seed: number };
}

/** One candidate of a layer: all its edges to the effects set to u. */
export interface Candidate {
  readonly channel: number;
  /** Mean change of the class's logit, and its 95 % t interval over images. */
  readonly total: number;
  readonly interval: Interval | null;
  /** Mean of the logit with edges set / without - 1. */
  readonly relative: number;
  /** Mean KL(P_w || P) of the classes, in nats. */
  readonly kl: number;
  readonly kept: boolean;
}

export interface ClassLayer {
  /** The layer's site, and the one whose channels are the candidates. */
  readonly layer: string;
  readonly reads: string;
  readonly effects: readonly number[];
  readonly candidates: readonly Candidate[];
}

/** The channels that the graph keeps. */
export const keptOf = ({ candidates }: ClassLayer): number[] =>
  candidates.filter(({ kept }) => kept).map(({ channel }) => channel);

export interface ClassGraph {
  /** From the class down. */
  readonly layers: readonly ClassLayer[];
  /** Sites beyond which channels are mixed, where the graph ends. */
  readonly ends: readonly string[];
}

/** Logits [classes] of each run; `share`: the part of the search that they are. */
export type AskLogits = (
  runs: readonly NetRun[],
  doing: string,
  share: readonly [number, number],
) => Promise<readonly Float32Array[]>;

/** `images`: how many, all of the class and right, at least two. */
export async function searchClass(
  spec: NetSpec,
  question: ClassQuestion,
  images: number,
  ask: AskLogits,
  onLayer: (graph: ClassGraph) => void = () => {},
): Promise<ClassGraph> {
  const effects = new Map<string, Set<number>>();
  const ends = new Set<string>();
  const spread = (site: string, channels: readonly number[]) => {
    const writers = writersOf(spec, site, channels);
    for (const [layer, more] of writers.effects)
      effects.set(layer, new Set([...(effects.get(layer) ?? []), ...more]));
    for (const end of writers.ends) ends.add(end);
  };
  spread(logitSite(spec), [question.label]);
  const layers: ClassLayer[] = [];
  for (const [l, layer] of spec.layers.toReversed().entries()) {
    const own = effects.get(layer.site);
    if (!own) continue;
    const found = await searchLayer(
      { spec, layer, question, images },
      [...own].sort((a, b) => a - b),
      (runs, doing) => ask(runs, doing, [l / spec.layers.length, (l + 1) / spec.layers.length]),
    );
    layers.push(found);
    onLayer({ layers: [...layers], ends: [...ends] });
    const kept = keptOf(found);
    if (kept.length > 0) spread(layer.reads, kept);
  }
  return { layers, ends: [...ends] };
}

interface Searched {
  readonly spec: NetSpec;
  readonly layer: NetLayer;
  readonly question: ClassQuestion;
  readonly images: number;
}

export async function searchLayer(
  { spec, layer, question, images }: Searched,
  effects: readonly number[],
  ask: (runs: readonly NetRun[], doing: string) => ReturnType<AskLogits>,
): Promise<ClassLayer> {
  const { label, rule, u } = question;
  const candidates = candidatesOf(spec, layer);
  const random = new RandomState(u.seed);
  const values = candidates.map(() => u.low + (u.high - u.low) * random.nextDouble());
  const all = range(0, images);
  const clean = all.map((image): NetRun => ({ id: `image ${image}`, image }));
  const set = candidates.flatMap((causes, c) =>
    all.map((image): NetRun => {
      const edges = [{ layer: layer.site, causes, effects, u: values[c]! }];
      return { id: `image ${image} without channel ${c}`, image, edges };
    }),
  );
  const rows = await ask([...clean, ...set], layer.site);
  const of = (c: number) => rows.slice(images * (c + 1), images * (c + 2));
  const [before, after] = [of(-1), candidates.map((_, c) => of(c))];
  const logit = (list: readonly Float32Array[]) => Float64Array.from(list, (row) => row[label]!);
  const edited = after.map(logit);
  const kept = new Set(causesOf(logit(before), edited, rule));
  const base = before.map(logSoftmax);
  return {
    layer: layer.site,
    reads: netSite(spec, layer.reads).name,
    effects,
    candidates: edited.map((one, c) => {
      const total = differences(one, logit(before));
      return {
        channel: c,
        total: mean(total),
        interval: tInterval(total),
        relative: mean(ratios(one, logit(before))),
        kl: mean(after[c]!.map((row, i) => klDivergence(logSoftmax(row), base[i]!))),
        kept: kept.has(c),
      };
    }),
  };
}
