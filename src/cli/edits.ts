/** A file of edits for `loci generate`: an array of edits as docs/generation.md describes them. */
import { z } from 'zod';
import type { DecodingEdit } from '../engine/api';
import { parseJson, parseWith } from '../util/parse';

const finite = z.number();
const position = z.number().int().min(0);
const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), value: finite }),
  z.strictObject({ kind: z.literal('vector'), values: z.array(finite).min(1) }),
  z.strictObject({
    kind: z.literal('noise'),
    stream: z.literal('mt19937-polar'),
    seed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 32 - 1),
    scale: finite,
    draw: position,
  }),
]);
const edits = z.array(
  z.strictObject({
    site: z.string(),
    rows: z.union([z.array(position).min(1), z.enum(['all', 'generated'])]),
    head: position.optional(),
    columns: z.tuple([position, position]).optional(),
    op: z.enum(['set', 'add', 'scale', 'lerp', 'project_out']),
    alpha: finite.optional(),
    source: source.optional(),
  }),
);

/** The edits of a file's text. Throws one sentence that names the file and the field. */
export function parseEdits(text: string, path: string): DecodingEdit[] {
  return parseWith(edits, parseJson(text, path), path) as DecodingEdit[];
}
