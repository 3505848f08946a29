/**
 * The user's changes to a graph's picture as one plain object, to store, undo and send. Nodes by id
 * ('a5.h1', with positions 'a5.h1@2'), edges by name ('a5.h1->a9.h9<q>', '...@2').
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';

const names = z.array(z.string()).max(MOST.entries);

export const graphView = z
  .object({
    /** The edges drawn: kept ones, the n strongest, or those with at least this |score|. */
    prune: z.discriminatedUnion('by', [
      z.object({ by: z.literal('found') }).strict(),
      z.object({ by: z.literal('edges'), count: z.number().int().nonnegative() }).strict(),
      z.object({ by: z.literal('threshold'), least: z.number().nonnegative() }).strict(),
    ]),
    /** Nodes and edges whose paths stay highlighted. */
    pinned: names,
    hidden: names,
    /** Supernodes: nodes merged into one. A node has at most one group. */
    groups: z.array(z.object({ name: z.string(), nodes: names.min(1) }).strict()).max(MOST.samples),
    /** Notes on nodes, edges and groups. */
    notes: z.record(z.string(), z.string()),
    /** Edges; nodes, for all wires into them; or 'm1->', for all wires out of m1. */
    cut: names,
    /** The node, edge or group that keys act on. */
    selection: z.string().nullable(),
    /** For two graphs: the one drawn. */
    compare: z.enum(['both', 'a', 'b']).optional(),
  })
  .strict();

export type GraphView = z.infer<typeof graphView>;
export type Prune = GraphView['prune'];

export const AS_FOUND: GraphView = {
  prune: { by: 'found' },
  pinned: [],
  hidden: [],
  groups: [],
  notes: {},
  cut: [],
  selection: null,
};

/** Cut edges and nodes; a group counts as its nodes. */
export function wiresCut({ cut, groups }: Pick<GraphView, 'cut' | 'groups'>): string[] {
  const nodesOf = new Map(groups.map(({ name, nodes }) => [name, nodes]));
  return cut.flatMap((name) => nodesOf.get(name) ?? [name]);
}
