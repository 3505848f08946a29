/**
 * Task sets: files of prompts with answers, as JSON or CSV. A set is text, so it suits any
 * tokenizer; resolving a question turns it into cases of one model.
 */
import { z } from 'zod';
import { MOST, SET_JSON } from '../../util/bounds';
import { named, parseJson, parseWith, shown } from '../../util/parse';
import { sha256OfText } from '../../util/sha256';
import { drawn } from './drawn';

const words = z.string().regex(/\S/, 'expected some words');

const item = z
  .object({
    prompt: words,
    /** Words of the prompt; 'X#2' is their second occurrence. */
    subject: words.optional(),
    answer: words.optional(),
    distractor: words.optional(),
    /** The corrupted twin: a prompt of the same length. */
    corrupted: words.optional(),
    /** Its source, e.g. 'capital:France'; items of one subject share the part after the colon. */
    label: z.string().optional(),
  })
  .strict();

export type SetItem = z.infer<typeof item>;

/** CSV columns, in any order; only the prompt is required. */
const columns = Object.keys(item.shape) as (keyof SetItem)[];

const described = z.object({
  name: z.string().min(1).optional(),
  title: z.string().optional(),
  license: z.string().optional(),
  /** Its purpose, and the tokenizers it suits. */
  about: z.string().optional(),
  items: z.array(z.unknown()),
});

export interface TaskSet {
  readonly name: string;
  /** Hash of the file's text. */
  readonly sha256: string;
  readonly items: readonly SetItem[];
  /** Row of the first item; the others follow. */
  readonly firstRow: number;
}

/** An item and its row. */
export interface TakenItem {
  readonly row: number;
  readonly item: SetItem;
}

/**
 * Parses a JSON array of items, a JSON object with `items`, or CSV with a header. Throws one
 * sentence with the row; rows count from 1, and a CSV header is row 1.
 */
export function parseTaskSet(text: string, name: string): TaskSet {
  const where = `set ${named(name)}`;
  if (text.length > MOST.setCharacters)
    throw tooLarge(where, `${text.length} characters`, MOST.setCharacters);
  const isJson = /^\s*[[{]/.test(text);
  const { rows, first } = isJson ? jsonRows(text, where) : csvRows(text, where);
  if (rows.length > MOST.setRows) throw tooLarge(where, `${rows.length} items`, MOST.setRows);
  if (rows.length === 0) throw new Error(`${where}: is empty, got no items, expected at least one.`);
  const items = rows.map((row, i) => parseWith(item, row, `${where}: row ${i + first}`));
  return { name, sha256: sha256OfText(text), items, firstRow: first };
}

const tooLarge = (where: string, got: string, most: number) =>
  new Error(`${where}: is too large, got ${got}, expected at most ${most}. Split it into several files.`);

/**
 * `take` items in file order: the first, or with a `seed` a random sample without replacement.
 * Throws one sentence if there are fewer.
 */
export function takeItems(
  { name, items, firstRow }: TaskSet,
  take: number | undefined,
  seed: number | undefined,
): readonly TakenItem[] {
  const rows = items.map((one, i) => ({ row: firstRow + i, item: one }));
  if (take === undefined) return rows;
  if (take > items.length)
    throw new Error(`set ${name}: has too few items, got ${items.length}, expected ${take} to take.`);
  if (seed === undefined) return rows.slice(0, take);
  return drawn(rows, take, seed).sort((a, b) => a.row - b.row);
}

interface Rows {
  readonly rows: readonly unknown[];
  /** Number of the first row. */
  readonly first: number;
}

function jsonRows(text: string, where: string): Rows {
  const json = parseJson(text, where, SET_JSON);
  return { rows: Array.isArray(json) ? json : parseWith(described, json, where).items, first: 1 };
}

function csvRows(text: string, where: string): Rows {
  const [header, ...records] = splitCsv(text, where);
  const names = (header ?? []).map((name) => name.trim());
  const unknown = names.find((name) => !columns.some((column) => column === name));
  if (unknown !== undefined || !names.includes('prompt')) {
    throw new Error(
      `${where}: row 1: wrong header, got ${shown(unknown ?? names.join())}, expected prompt and some of ${columns.slice(1).join(', ')}.`,
    );
  }
  const rows = records.map((cells, i) => {
    if (cells.length !== names.length) {
      throw new Error(
        `${where}: row ${i + 2}: wrong number of cells, got ${cells.length}, expected ${names.length}. Put quotes around a text with commas.`,
      );
    }
    return Object.fromEntries(names.flatMap((name, c) => (cells[c] === '' ? [] : [[name, cells[c]]])));
  });
  return { rows, first: 2 };
}

/** RFC 4180: quotes around commas, line breaks and doubled quotes. Skips empty lines. */
function splitCsv(text: string, where: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const separator = /,|\r\n|\n|\r|$/y;
  const source = text.replace(/^\uFEFF/, '');
  let at = 0;
  while (at < source.length) {
    const cell = cellAt(source, at);
    separator.lastIndex = cell?.end ?? 0;
    const found = cell && separator.exec(source);
    if (!found) {
      throw new Error(
        `${where}: row ${records.length + 1}: quotes do not match, got ${shown(source.slice(at, at + 30))}, expected a cell in quotes, quotes inside it doubled.`,
      );
    }
    record.push(cell.text);
    at = separator.lastIndex;
    if (found[0] === ',') {
      if (at === source.length) record.push('');
      else continue;
    }
    if (record.length > 1 || record[0] !== '') records.push(record);
    if (records.length > MOST.setRows + 1)
      throw tooLarge(where, `more than ${MOST.setRows} rows`, MOST.setRows);
    record = [];
  }
  return records;
}

/** The cell at `from`, and its end; null for an open quote. */
function cellAt(source: string, from: number): { readonly text: string; readonly end: number } | null {
  if (source[from] !== '"') {
    const plain = /[^",\r\n]*/y;
    plain.lastIndex = from;
    const [text] = plain.exec(source)!;
    return { text, end: plain.lastIndex };
  }
  for (let quote = source.indexOf('"', from + 1); quote >= 0; quote = source.indexOf('"', quote + 2)) {
    if (source[quote + 1] !== '"')
      return { text: source.slice(from + 1, quote).replaceAll('""', '"'), end: quote + 1 };
  }
  return null;
}
