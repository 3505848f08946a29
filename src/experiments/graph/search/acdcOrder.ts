/** ACDC's order of edges, and dead ends. */
import { nodesOfReceiver, parseReceiver } from '../../../model/edges';
import { push } from '../../../util/lists';
import type { SearchSpace } from '../searchSpace';

/**
 * Indices of the space's edges: receivers in backward order (MLPs before heads, the last head's v
 * first); per receiver senders by layer and head, the input first, or reversed for 'latest'.
 */
export function acdcOrder({ edges, spec }: SearchSpace): number[] {
  const byReceiver = new Map<string, number[]>();
  for (const [e, { to }] of edges.entries()) push(byReceiver, to, e);
  const groups = [...byReceiver.values()].reverse();
  return spec.order === 'latest' ? groups.flatMap((senders) => senders.reverse()) : groups.flat();
}

/**
 * Whether an edge's receiver no longer reaches the logits: every edge out of its nodes is removed,
 * so removing this one changes nothing. Nodes read and write at one place, except keys and values,
 * which every query sees. Never true if cut edges keep a part (beta).
 */
export function deadEnds({
  edges,
  model,
  spec,
}: SearchSpace): (e: number, removed: ReadonlySet<number>) => boolean {
  if (spec.beta > 0) return () => false;
  const outOf = new Map<string, number[]>();
  for (const [e, { from, at }] of edges.entries()) {
    push(outOf, from, e);
    if (at !== undefined) push(outOf, `${from}@${at}`, e);
  }
  const leads = new Map<string, readonly number[]>();
  const leadsOf = (to: string, at: number | undefined): readonly number[] => {
    const key = `${to}@${at}`;
    const known = leads.get(key);
    if (known) return known;
    const receiver = parseReceiver(to, model);
    const isSeenElsewhere = receiver.part === 'head' && receiver.input !== 'q';
    const place = at === undefined || isSeenElsewhere ? '' : `@${at}`;
    const found = nodesOfReceiver(model, receiver).flatMap((node) => outOf.get(`${node}${place}`) ?? []);
    leads.set(key, found);
    return found;
  };
  return (e, removed) => {
    const { to, at } = edges[e]!;
    return to !== 'logits' && leadsOf(to, at).every((out) => removed.has(out));
  };
}
