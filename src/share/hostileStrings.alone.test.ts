import { readFileSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { experiments } from '../experiments/registry';
import { madeLens } from '../experiments/testing/lens';
import { graphSvg } from '../panels/graph/svg';
import { AS_FOUND } from '../panels/graph/view';
import { documentSvg } from '../panels/svg';
import type { ResultDocument } from '../results/document';
import { sampleChannels } from '../results/testing/sampleChannels';
import { type SampleGraph, sampleGraphDocument } from '../results/testing/sampleGraph';
import type * as parsing from '../util/parse';
import { exportFormats } from './exportFormats';
import { documentToText, textToDocument } from './file';
import { ALL, HOSTILE, PLAIN, TOUCH } from './testing/hostile';
import { pythonTokens, skeleton } from './testing/pythonTokens';
import { csvRows, dotTokens, xmlElements } from './testing/readers';
import { additions, schemaFields, stringPlaces, type Path, valueAt, withValue } from './testing/stringFields';

/** Every schema used on outside values, with its input. */
const parsed: { readonly schema: z.ZodType; readonly json: unknown }[] = [];
vi.mock('../util/parse', async (original) => {
  const module = await original<typeof parsing>();
  const parseWith: typeof module.parseWith = (schema, json, where) => {
    parsed.push({ schema, json });
    return module.parseWith(schema, json, where);
  };
  return { ...module, parseWith };
});

type File = string | Uint8Array;

/** A document in every format, or the refusal. */
const written = (document: ResultDocument): Map<string, File | Error> =>
  new Map([...exported(document), ['json', documentToText(document)], ['svg', documentSvg(document)]]);

function exported(document: ResultDocument): Map<string, File | Error> {
  const writers = exportFormats(document).map(({ id, content }) => [id, content] as const);
  return new Map<string, File | Error>(
    writers.map(([id, write]) => {
      try {
        return [id, write()];
      } catch (error) {
        expect((error as Error).message).toMatch(/^(export|document)\b.*[.]$/s);
        return [id, error as Error];
      }
    }),
  );
}

/** Document, or null if refused in one sentence. */
async function accepted(document: ResultDocument): Promise<ResultDocument | null> {
  try {
    return await textToDocument(JSON.stringify(document));
  } catch (error) {
    expect((error as Error).message).toMatch(/^document: .*[.]$/s);
    return null;
  }
}

/** A file's structure without its strings; throws if the format is violated. */
function structure(id: string, file: File, document: ResultDocument): unknown {
  if (file instanceof Uint8Array) return entries(file, document);
  if (id === 'transformer-lens' || id === 'nnsight') return skeleton(pythonTokens(file));
  if (id === 'dot') return dotTokens(file).code;
  if (id === 'csv') return cells(csvRows(file));
  if (id === 'svg') return elements(file);
  // The rest is JSON, which is also JavaScript.
  new Script(`(${file})`);
  return Object.keys(JSON.parse(file) as object).sort();
}

/** Names valid on any system, and an array per figure. */
function entries(file: Uint8Array, document: ResultDocument): number {
  const names = Object.keys(unzipSync(file)).map((name) => name.replace(/[.]npy$/, ''));
  expect(
    names.filter((name) => !/^(?![. -]|con$|nul[.])[\p{L}\p{M}\p{N} ._<>-]{1,80}$/iu.test(name)),
  ).toEqual([]);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  // ROME's files have fixed names.
  if (names.includes('low_score')) return names.length;
  const { figures } = JSON.parse(stringOf(unzipSync(file)['axes.npy']!)) as {
    figures: Record<string, { array?: string }>;
  };
  const asked = document.figures.map(({ name }) => figures[name]!.array ?? name);
  expect(asked.every((name) => names.includes(name))).toBe(true);
  expect(new Set(asked).size).toBe(document.figures.length);
  return names.length;
}

/** The text in a .npy of one string: UCS-4 after a header with its length. */
function stringOf(file: Uint8Array): string {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const begin = 10 + view.getUint16(8, true);
  const points = Array.from({ length: (file.length - begin) / 4 }, (_, i) =>
    view.getUint32(begin + 4 * i, true),
  );
  return points.map((point) => String.fromCodePoint(point)).join('');
}

/** Numbers as they are; no formulas, no control characters. */
function cells(rows: readonly string[][]): unknown {
  expect(
    rows.flat().filter((cell) => /^[=@\t\r\n]|^[+-](?![\d.])|[^\t\n\r\P{Cc}]|\p{Cs}/u.test(cell)),
  ).toEqual([]);
  return rows.map((row) =>
    row.map((cell) => (Number.isNaN(Number(cell)) || cell.trim() === '' ? 'text' : cell)),
  );
}

/** Kinds of elements and attributes; words may wrap, and names rotate to fit. */
function elements(file: string): string[] {
  const kinds = xmlElements(file).map(
    ({ name, attributes }) => `${name} ${attributes.filter((one) => one !== 'transform').join(' ')}`,
  );
  return [...new Set(kinds)].sort();
}

const folder = 'reference/exports/golden/';
const read = async (name: string) => textToDocument(readFileSync(`${folder}${name}.json`, 'utf8'));

/** One of each kind with a script, some with several prompts, and a graph. */
const NAMES = [
  'causal-trace',
  'activation-patching-two-prompts',
  'ablation-resample',
  'knockout',
  'path-patching-frozen',
  'intervention',
  'intervention with cuts',
  'attribution',
  'logit-lens-without-norm',
  'logit-lens through a Jacobian lens',
  'graph',
  'graph over all positions',
  'class graph',
];

/** Documents that together have every string field of their schemas. */
const corpus = new Map<string, ResultDocument>();
/** String fields of the schemas, by kind: those present, and those missing. */
const [covered, asked] = [new Set<string>(), new Set<string>()];

/** Fields of some specs only. */
const MORE_DRAWS = { draws: 30, mean: 0, range: [0, 0], interval: [0, 0], rule: 't', looks: [30] };
const CHANGES: Readonly<Record<string, readonly (readonly [Path, unknown])[]>> = {
  'causal-trace': [
    [
      ['tightened'],
      [
        { ...MORE_DRAWS, at: { figure: 'hidden', cell: 0 } },
        { ...MORE_DRAWS, at: 'corrupted' },
      ],
    ],
  ],
  'ablation-resample': [
    [['spec', 'reference', 'from'], 'set'],
    [['spec', 'reference', 'name'], PLAIN],
    [['spec', 'reference', 'sha256'], PLAIN],
  ],
  intervention: [[['spec', 'edits', 3, 'source', 'site'], 'blocks.0.hook_resid_mid']],
  'intervention with cuts': [
    [['spec', 'cuts'], [{ senders: ['m0'], receiver: 'logits' }]],
    [
      ['spec', 'edits', 0],
      {
        site: 'blocks.0.hook_resid_post',
        rows: [1],
        op: 'add',
        source: {
          kind: 'unembedding',
          towards: { id: 1, typed: PLAIN },
          away: { id: 2, typed: PLAIN },
        },
      },
    ],
  ],
  'logit-lens through a Jacobian lens': [
    [
      ['spec', 'states'],
      ['resid_post', 'jacobian'],
    ],
    [['spec', 'lens'], madeLens([0])],
  ],
  'graph over all positions': [[['graph', 'shape', 'dModel'], 8]],
  graph: [
    [['spec', 'method'], 'chosen'],
    [['spec', 'edges'], ['input->m0']],
    [['cases', 'asked'], 100],
    [['cases', 'skipped'], [{ case: 99, label: PLAIN, reason: PLAIN }]],
  ],
};

const GRAPHS: Readonly<Record<string, SampleGraph>> = {
  graph: { layers: 1, heads: 2, positions: ['a', ' b'] },
  'graph over all positions': { layers: 1, heads: 2 },
};

beforeAll(async () => {
  for (const name of NAMES) {
    const found = await sampleOf(name);
    const changed = (CHANGES[name] ?? []).reduce(
      (grown, [path, value]) => withValue(grown, path, value),
      found,
    );
    corpus.set(name, await complete(changed));
  }
});

async function sampleOf(name: string): Promise<ResultDocument> {
  if (name === 'class graph') return { ...sampleGraphDocument(), graph: sampleChannels() };
  if (name.startsWith('graph')) return sampleGraphDocument(GRAPHS[name]);
  return read(name.replace(/ (with|through).*/, ''));
}

async function complete(document: ResultDocument): Promise<ResultDocument> {
  parsed.length = 0;
  await accepted(document);
  const whole = parsed.find(({ json }) => isDocument(json))!.schema;
  const question = parsed.at(-1)!.schema;
  const fields = [...schemaFields(whole), ...[...schemaFields(question)].map((field) => `spec.${field}`)];
  const offered = [...additions(whole, document), ...additions(question, document.spec, ['spec'])];
  let grown = document;
  for (const { path, value } of offered) {
    const had = stringPlaces(grown);
    const next = withValue(grown, path, value);
    if ([...stringPlaces(next).keys()].every((field) => had.has(field))) continue;
    if ((await accepted(next)) && formatsOf(next) === formatsOf(grown)) grown = next;
  }
  for (const field of fields)
    (stringPlaces(grown).has(field) ? covered : asked).add(`${document.kind}: ${field}`);
  return grown;
}

/** A document's formats, marked if refused. */
const formatsOf = (document: ResultDocument): string =>
  exportFormats(document)
    .map(({ id, content }) => (/npz|csv/.test(id) || succeeds(content) ? id : `${id}!`))
    .join();

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

const isDocument = (json: unknown): boolean => (json as { format?: unknown }).format === 'loci';

/** Rotates texts over fields: one in the first field, the next in the second, ... */
const textFor = ({ longest }: Field, at: number): string => HOSTILE[at % HOSTILE.length]!.slice(0, longest);

interface Field {
  readonly path: Path;
  /** Most characters accepted among those tried. */
  readonly longest: number;
}

const BASE64 = ['pictures[].png', 'pictures[].thumb'];

const LENGTHS = [ALL.length, 200, TOUCH.length];

/** Fields that take any text, and those that refuse any but their own. */
async function fieldsOf(document: ResultDocument): Promise<{ free: Field[]; refused: string[] }> {
  const before = formatsOf(document);
  const free: Field[] = [];
  const refused: string[] = [];
  for (const [field, path] of stringPlaces(document)) {
    // A field that must equal another would accept its own word.
    const word = valueAt(document, path) === PLAIN ? `${PLAIN}s` : PLAIN;
    const plain = await accepted(withValue(document, path, word));
    const answers: [number, ResultDocument | null][] = [];
    for (const length of LENGTHS)
      if (!answers.at(-1)?.[1])
        answers.push([length, await accepted(withValue(document, path, ALL.slice(0, length)))]);
    const [longest, hostile] = answers.at(-1)!;
    if (plain && hostile && formatsOf(plain) === before) free.push({ path, longest });
    else {
      // Base64 takes a plain word.
      if (BASE64.includes(field)) expect([field, hostile]).toEqual([field, null]);
      else expect([field, hostile && formatsOf(hostile)]).toEqual([field, plain && formatsOf(plain)]);
      refused.push(field);
    }
  }
  return { free, refused };
}

const filled = (
  document: ResultDocument,
  fields: readonly Field[],
  text: (field: Field, i: number) => string,
): ResultDocument =>
  fields.reduce((grown, field, i) => withValue(grown, field.path, text(field, i)), document);

/** LOCI_HOSTILE, a folder: tries every text in every field, and saves the scripts. */
const out = process.env.LOCI_HOSTILE;
const STEP = out ? 1 : 7;

describe('a document whose texts are hostile', () => {
  it.each(NAMES)('is written as one whose texts are harmless: %s', async (name) => {
    const document = corpus.get(name)!;
    const { free, refused } = await fieldsOf(document);
    const harmless = filled(document, free, () => PLAIN);
    expect(formatsOf(harmless)).toBe(formatsOf(document));
    const expected = new Map([...written(harmless)].map(([id, file]) => [id, shape(id, file, harmless)]));
    const turns = HOSTILE.flatMap((_, i) => (i % STEP === 0 ? [i] : []));
    for (const turn of turns) {
      const asked = filled(document, free, (field, i) => textFor(field, turn + i));
      const hostile = await textToDocument(JSON.stringify(asked));
      const files = written(hostile);
      for (const [id, file] of files) expect([id, shape(id, file, hostile)]).toEqual([id, expected.get(id)]);
      keep(`${name}.${turn}`, files);
    }
    keep(`${name}.plain`, written(harmless));
    counts.push(
      `${name}: ${free.length} fields x ${turns.length} texts written, ${refused.length} refuse: ${refused.join(' ')}`,
    );
    expect(free.length).toBeGreaterThanOrEqual(25);
  });
});

const counts: string[] = [];
const shape = (id: string, file: File | Error, document: ResultDocument): unknown =>
  file instanceof Error ? 'refused' : structure(id, file, document);

function keep(name: string, files: Map<string, File | Error>): void {
  if (!out) return;
  for (const [id, file] of files)
    if (typeof file === 'string')
      writeFileSync(`${out}/${name}.${id}${/lens|nnsight/.test(id) ? '.py' : '.txt'}`, file);
}

afterAll(() => {
  if (out) writeFileSync(`${out}/counts.txt`, counts.join('\n'));
});
it('every string field of every schema is in one of these documents', () => {
  const isWhole = (field: string) => !field.includes(': spec.');
  const anyKind = new Set([...covered].filter(isWhole).map((field) => field.replace(/^.*?: /, '')));
  const lacking = [...asked].filter(
    (field) => !covered.has(field) && !(isWhole(field) && anyKind.has(field.replace(/^.*?: /, ''))),
  );
  expect(covered.size).toBeGreaterThan(300);
  expect(lacking).toEqual([]);
});

it('every kind with a script is among them, and of other kinds no question is written but as JSON', () => {
  const kinds = new Set([...corpus.values()].map(({ kind }) => kind));
  const study = corpus.get('knockout') as ResultDocument;
  for (const { kind } of experiments) {
    if (kinds.has(kind)) continue;
    const [one, other] = [PLAIN, TOUCH].map((prompt) => {
      const { json: _, ...files } = Object.fromEntries(
        written({ ...study, kind, spec: { ...study.spec, kind, prompt } }),
      );
      return files;
    });
    expect(Object.keys(one!)).toEqual(['npz', 'csv', 'svg']);
    expect(other).toEqual(one);
  }
});

describe('what was seen to run', () => {
  it('is a literal in each of the scripts', async () => {
    const document = corpus.get('causal-trace')!;
    const model = { ...document.model, id: TOUCH, revision: 'main' };
    const { time } = document.environment;
    const hostile = {
      ...document,
      model,
      environment: { ...document.environment, loci: TOUCH, time: `${TOUCH}${time}` },
    };
    for (const backend of ['transformer-lens', 'nnsight']) {
      const tokens = pythonTokens(contentOf((await accepted(hostile))!, backend) as string);
      expect(tokens.filter(({ value }) => value === TOUCH)).toHaveLength(1);
      expect(tokens.filter(({ text, value }) => value === undefined && text.includes('pwned'))).toEqual([]);
    }
  });

  it('names of pairs are data, and a revision is a string whatever objects are called', () => {
    const study = corpus.get('knockout')!;
    const named = withValue(study, ['spec', 'pairs', 0, 'name'], 'x\nopen("loci-pwned", "w")');
    expect(contentOf(named, 'nnsight')).toContain('PAIRS = ["x\\nopen(\\"loci-pwned\\", \\"w\\")", ');
    const revised = withValue(study, ['model', 'revision'], 'toString');
    expect(contentOf(revised, 'nnsight')).toContain('else "tiny-llama"\nREVISION = "toString"');
  });
});

function contentOf(document: ResultDocument, id: string): File {
  const file = written(document).get(id);
  if (file === undefined || file instanceof Error) throw file ?? new Error(`no format ${id}`);
  return file;
}

describe('a graph', () => {
  it('is written whatever its nodes are called, or refused in one sentence', () => {
    const { graph, ...document } = corpus.get('graph') as ResultDocument;
    for (const text of HOSTILE) {
      const renamed = JSON.stringify(graph, (key, value: unknown) =>
        typeof value === 'string' && ['id', 'from', 'to'].includes(key)
          ? value.replaceAll('a0.h1', () => text)
          : value,
      );
      const files = exported({ ...document, graph: JSON.parse(renamed) as typeof graph } as ResultDocument);
      const { code } = dotTokens(files.get('dot') as string);
      expect(code.filter((token) => /\w/.test(token) && !DOT_WORDS.includes(token))).toEqual([]);
      cells(csvRows(files.get('csv') as string));
    }
  });

  it('is drawn whatever a link calls groups and notes', () => {
    const { graph } = corpus.get('graph') as ResultDocument;
    for (const text of HOSTILE) {
      const view = {
        ...AS_FOUND,
        groups: [{ name: text, nodes: ['a0.h0@0', 'a0.h1@0'] }],
        notes: { m0: text, 'a0.h0@0': text },
      };
      expect(xmlElements(graphSvg(graph!, view)).length).toBeGreaterThan(5);
    }
  });
});

const DOT_WORDS =
  'digraph bgcolor overlap splines label fontname node shape style color fillcolor penwidth tooltip'.split(
    ' ',
  );
