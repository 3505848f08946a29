/**
 * Path interventions (Ahmad et al. 2024) in a transformer, from the answer down. The effect set
 * starts as the logits. Each round cuts every earlier sender from all its receivers in the effect
 * set, jointly; senders that count are causes, and their inputs form the next effect set. A cause
 * keeps the edges that count alone, and more until cutting the rest together does not count.
 */
import { type Receiver, receiverName, receiversOfNode } from '../../../model/edges';
import { range } from '../../../util/range';
import { mean } from '../../../statistics/stats';
import type { Rounds } from '../../experiment';
import { type CutSet, measureCuts } from '../cutSets';
import type { FoundEdge, GraphFound } from './result';
import { isSearched, type SearchSpace, scoreOf } from '../searchSpace';
import { expectedPathSets } from './cost';
import { placedName } from '../../../results/graph';
import { placesOf } from '../places';
import { judge, measureOf } from './rules';
import { type Divided, keepTogether, type Measure } from './joint';
import type { GraphSpec } from '../spec';

/** A sender at its place, and the indices of its edges into the effect set. */
interface Sender {
  readonly from: string;
  readonly at: number | undefined;
  readonly edges: readonly number[];
}

export function* findByPath(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  const found: FoundEdge[] = space.edges.map(() => ({ scores: null, kept: false }));
  const seen = new Set<string>();
  const causes = new Set<string>();
  const together: number[] = [];
  const measure = measuring(space, share, found);
  let effects = reading(space, { part: 'logits' }, undefined);
  for (let round = 1; effects.length > 0; round++) {
    for (const effect of effects) seen.add(effect);
    const { selected, alone } = yield* searchRound(space, sendersInto(space, effects), measure, round);
    for (const [e, one] of alone) found[e] = one;
    const divided = selected.map((sender) => strongestFirst(sender, found));
    const doing = `round ${round}: edges that count together`;
    for (const { edges, kept } of yield* keepTogether(space, divided, measure, doing)) {
      for (const e of edges.slice(0, kept).filter((one) => !found[one]!.kept)) {
        together.push(e);
        found[e] = { ...found[e]!, kept: true };
      }
    }
    const fresh = selected.filter(({ from, at }) => !causes.has(placedName(from, at)));
    for (const { from, at } of fresh) causes.add(placedName(from, at));
    const inputs = fresh.flatMap(({ from, at }) =>
      receiversOfNode(space.model, from).flatMap((input) => reading(space, input, at)),
    );
    effects = [...new Set(inputs)].filter((input) => !seen.has(input));
  }
  return { edges: found, notes: notesOf(space, together) };
}

/** A cause's edges; those that count alone come first. */
function strongestFirst({ edges }: Sender, found: readonly FoundEdge[]): Divided {
  const size = (e: number) => Math.abs(mean(found[e]!.scores!)) + (found[e]!.kept ? 1e9 : 0);
  const kept = edges.filter((e) => found[e]!.kept).length;
  return { edges: [...edges].sort((a, b) => size(b) - size(a)), kept };
}

const only = (e: number): CutSet => ({ cut: [e] });

/** One round: which senders count, and the effects of their single edges. */
function* searchRound(
  space: SearchSpace,
  senders: readonly Sender[],
  measure: Measure,
  round: number,
): Rounds<GraphSpec, GraphFound, { selected: Sender[]; alone: Map<number, FoundEdge> }> {
  const target = measureOf(space.spec);
  const sets = senders.map(({ edges }): CutSet => ({ cut: edges }));
  const joint = yield* measure(sets, `round ${round}: cutting paths into the effect set`, target);
  const verdicts = judge(space, joint);
  const selected = senders.filter((_, s) => verdicts[s]!.counts);
  const several = selected.filter(({ edges }) => edges.length > 1);
  const edges = several.flatMap((sender) => sender.edges);
  const doing = `round ${round}: cutting single edges`;
  const single = yield* measure(edges.map(only), doing, target);
  // Each cause's edges form their own family, since the cause has passed.
  const known = new Map(edges.map((e, k) => [e, single[k]!]));
  const tested = several.flatMap((sender) =>
    judge(
      space,
      sender.edges.map((e) => known.get(e)!),
    ),
  );
  // A sender's only edge was already cut alone.
  const tests = [
    ...senders.flatMap(({ edges: [e, another] }, s) =>
      another === undefined ? [{ e: e!, verdict: verdicts[s]!, cut: joint[s]! }] : [],
    ),
    ...edges.map((e, k) => ({ e, verdict: tested[k]!, cut: single[k]! })),
  ];
  const differences =
    target === 'logit-diff'
      ? tests.map(({ cut }) => cut)
      : yield* measure(
          tests.map(({ e }) => only(e)),
          doing,
        );
  const alone = new Map(
    tests.map(({ e, verdict: { counts: kept, ...test } }, k): [number, FoundEdge] => {
      const scores = differences[k]!.map((value, c) => scoreOf(space, space.cases[c]!, value));
      return [e, { scores, ...test, kept }];
    }),
  );
  return { selected, alone };
}

/** Cuts sets in every case and reports progress. */
function measuring(space: SearchSpace, share: number, found: readonly FoundEdge[]): Measure {
  const expected = expectedPathSets(space.spec, space.model, space.edges.length);
  let done = 0;
  return function* (sets, doing, measure) {
    done += sets.length;
    const about = {
      doing,
      share: share * Math.min(0.99, done / expected),
      found: { edges: [...found], notes: [] },
      ...(measure ? { measure } : {}),
    };
    const cut = yield* measureCuts(space, sets, about);
    return sets.map((_, s) => cut.map((own) => own[s]!));
  };
}

/** What a node reads, with places: keys and values come from every earlier place. */
function reading(space: SearchSpace, input: Receiver, at: number | undefined): string[] {
  const places = placesOf(space.spec);
  const name = receiverName(input);
  if (!places) return [name];
  const isSeenFrom = input.part === 'head' && input.input !== 'q';
  const earlier = space.model.attention.causal ? range(0, (at ?? 0) + 1) : range(0, places.n);
  const from = at === undefined ? places.ofReceiver(name) : isSeenFrom ? earlier : [at];
  return from.map((place) => placedName(name, place));
}

/** Every sender of these receivers with an edge that is searched, in edge order. */
function sendersInto(space: SearchSpace, effects: readonly string[]): Sender[] {
  const wanted = new Set(effects);
  const senders = new Map<string, { from: string; at: number | undefined; edges: number[] }>();
  for (const [e, { from, to, at }] of space.edges.entries()) {
    if (!wanted.has(placedName(to, at)) || !isSearched(space, e)) continue;
    const name = placedName(from, at);
    const sender = senders.get(name) ?? { from, at, edges: [] };
    sender.edges.push(e);
    senders.set(name, sender);
  }
  return [...senders.values()];
}

/** Most edges named in a note. */
const MOST_NAMED = 12;

function notesOf({ spec, cases, edges }: SearchSpace, together: readonly number[]): string[] {
  const notes: string[] = [];
  if (cases.length === 1)
    notes.push(
      spec.rule === 'paired'
        ? `One prompt allows no test: an edge counts if it carries at least ${spec.least} of the difference.`
        : "One prompt allows no test: an edge counts if it lowers the answer's logit by a thousandth.",
    );
  if (together.length > 0) {
    const names = together.slice(0, MOST_NAMED).map((e) => edges[e]!.name);
    const more = together.length - names.length;
    notes.push(
      `Kept though not shown to count alone, since what else their sender writes to counts only together: ${names.join(', ')}` +
        `${more > 0 ? ` and ${more} more` : ''}.`,
    );
  }
  return notes;
}
