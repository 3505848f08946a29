/** What the sender was looking at. Defaults are left out; unknown fields are refused. */
import { z } from 'zod';
import type { TraceDocument } from '../results/document';
import type { StudyDocument } from '../results/study';
import { listed, parseWith, quoted } from '../util/parse';

const index = z.number().int().nonnegative();

const linkView = z
  .object({
    /** The map in front; default: all side by side. */
    kind: z.enum(['hidden', 'mlp', 'attn']).optional(),
    /** The locked cell. */
    selection: z.object({ row: index, layer: index }).strict().optional(),
    /** The enlarged attention head; `sink`: with the start token's column. */
    attention: z.object({ layer: index, head: index, sink: z.boolean().optional() }).strict().optional(),
    /** Default: as the reader's system has it. */
    theme: z.enum(['light', 'dark']).optional(),
  })
  .strict();

export type LinkView = z.infer<typeof linkView>;

/** Throws one sentence if the view is not one, or does not fit `document`. */
export function parseView(json: unknown, { kinds, tokens }: TraceDocument): LinkView {
  const view = parseWith(linkView, json, 'link: view');
  if (view.kind && !kinds[view.kind]) {
    throw new Error(
      `link: view.kind: not in this document, got ${quoted(view.kind)}, expected ${Object.keys(kinds).join(' or ')}.`,
    );
  }
  const L = Object.values(kinds)[0]?.effect[0]?.length ?? 0;
  const { selection } = view;
  if (selection && (selection.row >= tokens.length || selection.layer >= L)) {
    const got = `row ${selection.row}, layer ${selection.layer}`;
    throw new Error(
      `link: view.selection: outside the map, got ${got}, expected a cell of ${tokens.length} x ${L}.`,
    );
  }
  return view;
}

const studyView = z
  .object({
    /** The locked cell. */
    selection: z.object({ figure: z.string(), cell: index }).strict().optional(),
    /** What was done to the picture of the graph, as `panels/graph` writes and checks it. */
    graph: z.looseObject({}).optional(),
    theme: z.enum(['light', 'dark']).optional(),
  })
  .strict();

export type StudyView = z.infer<typeof studyView>;

/** As `parseView`, for a study. */
export function parseStudyView(json: unknown, { figures, graph }: StudyDocument): StudyView {
  const view = parseWith(studyView, json, 'link: view');
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
