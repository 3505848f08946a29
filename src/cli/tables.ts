/** The file for `loci generate --edits`: edits, masks and rewrites, see docs/generation.md. */
import { z } from 'zod';
import type { DecodingTables } from '../engine/api';
import { parseJson, parseWith } from '../util/parse';

const finite = z.number();
const count = z.number().int().min(0);
const seed = count.max(2 ** 32 - 1);
const rows = z.union([z.array(count).min(1), z.enum(['all', 'generated'])]);
const head = count.optional();
const values = z.array(finite).min(1);
const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), value: finite }),
  z.strictObject({ kind: z.literal('vector'), values }),
  z.strictObject({
    kind: z.literal('noise'),
    stream: z.literal('mt19937-polar'),
    seed,
    scale: finite,
    draw: count,
  }),
]);
const edit = z.strictObject({
  site: z.string(),
  rows,
  head,
  columns: z.tuple([count, count]).optional(),
  op: z.enum(['set', 'add', 'scale', 'lerp', 'clamp', 'project_out', 'set_along']),
  alpha: finite.optional(),
  range: z.tuple([finite, finite]).optional(),
  direction: values.optional(),
  source: source.optional(),
});
const mask = z.strictObject({
  layer: count,
  head,
  queries: rows,
  keys: rows,
  op: z.enum(['add', 'allow']).optional(),
  value: finite.optional(),
});
const rewrite = z.strictObject({
  layer: count,
  head,
  queries: rows,
  kind: z.enum(['uniform', 'reversed', 'shuffled', 'random']),
  seed: seed.optional(),
});
const tables = z.strictObject({
  edits: z.array(edit).default([]),
  masks: z.array(mask).default([]),
  rewrites: z.array(rewrite).default([]),
});

/** Parses the tables; an array is a table of edits. Throws an Error with the file and field. */
export function parseTables(text: string, path: string): DecodingTables {
  const json = parseJson(text, path);
  const parsed = parseWith(tables, Array.isArray(json) ? { edits: json } : json, path);
  // The engine treats an undefined field as absent.
  return parsed as DecodingTables;
}
