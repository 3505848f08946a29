/** A link's edits, checked: rows of an intervention's tables, without code. */
import { z } from 'zod';
import { promptText, tokenIds } from '../experiments/common/spec';
import { interventionExperiment } from '../experiments/intervention/experiment';
import { rowOf } from '../experiments/intervention/spec';
import type { ResultDocument } from '../results/document';
import { parseWith } from '../util/parse';
import { type Change, type Edits, editedQuestion } from './edits';

/** More than a person makes by hand. */
const MOST_EDITS = 64;

const off = z.literal(true).optional();

const linked = z
  .object({
    changes: z
      .array(
        z.union([
          z.object({ edit: rowOf.edits, off }).strict(),
          z.object({ mask: rowOf.masks, off }).strict(),
          z.object({ cut: rowOf.cuts, off }).strict(),
        ]),
      )
      .min(1)
      .max(MOST_EDITS),
    twin: z.object({ prompt: promptText, tokens: tokenIds }).strict().optional(),
  })
  .strict();

/** Throws one sentence if the edits are invalid or do not suit the document's prompt. */
export function parseEdits(json: unknown, document: ResultDocument): Edits {
  const { changes, twin = null } = parseWith(linked, json, 'link: view.edits');
  const code = changes.findIndex((change) => 'edit' in change && change.edit.op === 'snippet');
  if (code >= 0)
    throw new Error(
      `link: view.edits.changes[${code}].edit.op: wrong value, got 'snippet', expected an edit without code.`,
    );
  const all = changes.map(({ off: _, ...change }) => change as Change);
  try {
    interventionExperiment.parseSpec(editedQuestion(document, { changes: all, twin }));
  } catch (error) {
    throw new Error(`link: view.edits: ${(error as Error).message}`);
  }
  return { changes: changes as Change[], twin };
}
