/** The sender's view. Omits defaults; refuses unknown fields. */
import { z } from 'zod';
import type { ResultDocument } from '../results/document';
import { MOST } from '../util/bounds';
import { listed, parseWith, quoted } from '../util/parse';

const index = z.number().int().nonnegative();

const linkView = z
  .object({
    /** The locked cell. */
    selection: z.object({ figure: z.string(), cell: index }).strict().optional(),
    /** The enlarged attention head; `sink`: with the start token's column. */
    attention: z.object({ layer: index, head: index, sink: z.boolean().optional() }).strict().optional(),
    /** Changes to the graph's picture, written and checked by `panels/graph`. */
    graph: z.looseObject({}).optional(),
    /** Edits made by hand, written and checked by `app/linkedEdits.ts`. */
    edits: z.looseObject({}).optional(),
    /** The link of a finding that this one is compared with; what that link shows is not looked at. */
    beside: z.string().max(MOST.linked).optional(),
    /** Default: the reader's system theme. */
    theme: z.enum(['light', 'dark']).optional(),
  })
  .strict();

export type LinkView = z.infer<typeof linkView>;

/** Throws one sentence if the view is invalid or does not fit the document. */
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
