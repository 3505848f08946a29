/** What the sender was looking at. Defaults are left out; unknown fields are refused. */
import { z } from 'zod';
import type { ResultDocument } from '../results/document';
import { listed, parseWith, quoted } from '../util/parse';

const index = z.number().int().nonnegative();

const linkView = z
  .object({
    /** The locked cell. */
    selection: z.object({ figure: z.string(), cell: index }).strict().optional(),
    /** The enlarged attention head; `sink`: with the start token's column. */
    attention: z.object({ layer: index, head: index, sink: z.boolean().optional() }).strict().optional(),
    /** What was done to the picture of the graph, as `panels/graph` writes and checks it. */
    graph: z.looseObject({}).optional(),
    /** Default: as the reader's system has it. */
    theme: z.enum(['light', 'dark']).optional(),
  })
  .strict();

export type LinkView = z.infer<typeof linkView>;

/** Throws one sentence if the view is not one, or does not fit the document. */
export function parseView(json: unknown, { figures, graph }: ResultDocument): LinkView {
  const view = parseWith(linkView, json, 'link: view');
  const { selection } = view;
  if (view.graph && !graph)
    throw new Error(
      'link: view.graph: there is no graph in this document, got a view of one, expected none.',
    );
  if (!selection) return view;
  const found = figures.find(({ name }) => name === selection.figure);
  if (!found || selection.cell >= found.values.length) {
    const got = `cell ${selection.cell} of ${quoted(selection.figure)}`;
    throw new Error(
      `link: view.selection: outside the figures, got ${got}, expected a cell of ${listed(figures.map(({ name }) => name))}.`,
    );
  }
  return view;
}
