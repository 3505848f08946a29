/**
 * What somebody has done to the picture of a graph, as one plain object: it can be kept, undone and sent. Nodes go by their
 * id ('a5.h1', with positions 'a5.h1@2'), edges by their name ('a5.h1->a9.h9<q>', with positions '...@2').
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';

const names = z.array(z.string()).max(MOST.entries);

export const graphView = z
  .object({
    /** Which edges are drawn: those that were found, the strongest so many, or those of at least this |score|. */
    prune: z.discriminatedUnion('by', [
      z.object({ by: z.literal('found') }).strict(),
      z.object({ by: z.literal('edges'), count: z.number().int().nonnegative() }).strict(),
      z.object({ by: z.literal('threshold'), least: z.number().nonnegative() }).strict(),
    ]),
    /** Nodes and edges whose paths stay lit. */
    pinned: names,
    hidden: names,
    /** Supernodes: nodes drawn as one. A node is in one group at most. */
    groups: z.array(z.object({ name: z.string(), nodes: names.min(1) }).strict()).max(MOST.samples),
    /** Of a node, an edge or a group. */
    notes: z.record(z.string(), z.string()),
    /** Edges; nodes, for all wires into them; with an arrow behind ('m1->'), for all wires out of them. */
    cut: names,
    /** The node, edge or group that the keys act on. */
    selection: z.string().nullable(),
    /** Of two graphs: which one is drawn. */
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

/** Edges and nodes that are cut: of a group its nodes. */
export function wiresCut({ cut, groups }: Pick<GraphView, 'cut' | 'groups'>): string[] {
  const nodesOf = new Map(groups.map(({ name, nodes }) => [name, nodes]));
  return cut.flatMap((name) => nodesOf.get(name) ?? [name]);
}
