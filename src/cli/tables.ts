/** The file for `--edits`: edits, masks and rewrites, see docs/generation.md. */
import { z } from 'zod';
import type { DecodingRows, DecodingTables } from '../engine/api';
import { parseJson, parseWith } from '../util/parse';
import { range } from '../util/range';
import type { Context } from './context';
import { fromInput } from './errors';
import { readText } from './files';

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
function parseTables(text: string, path: string): DecodingTables {
  const json = parseJson(text, path);
  const parsed = parseWith(tables, Array.isArray(json) ? { edits: json } : json, path);
  // The engine treats an undefined field as absent.
  return parsed as DecodingTables;
}

/** Reads the tables of --edits; null without one. */
export async function readTables({ cwd }: Context, path: string | undefined): Promise<DecodingTables | null> {
  if (path === undefined) return null;
  const content = await readText(cwd, path);
  return fromInput(() => parseTables(content, path));
}

/** The tables of a prompt of T tokens that is not continued. Throws an Error for 'generated'. */
export function tablesAt({ edits = [], masks = [], rewrites = [] }: DecodingTables, T: number) {
  const all = range(0, T);
  const numbers = (rows: DecodingRows): readonly number[] => {
    if (rows === 'generated')
      throw new Error("--edits: nothing is generated here, got 'generated', expected positions or 'all'.");
    return rows === 'all' ? all : rows;
  };
  return {
    edits: edits.map((edit) => ({ ...edit, rows: numbers(edit.rows) })),
    masks: masks.map((mask) => ({ ...mask, queries: numbers(mask.queries), keys: numbers(mask.keys) })),
    rewrites: rewrites.map((rewrite) => ({ ...rewrite, queries: numbers(rewrite.queries) })),
  };
}
