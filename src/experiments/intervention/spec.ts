/** An intervention's tables: `forward`'s edits, masks, rewrites and cuts, with positions by name. */
import { z } from 'zod';
import type { Cut, Edit, EditOp, EditSource, Mask, Rewrite } from '../../forward/request/types';
import { siteCalled } from '../../model/aliases';
import { headAxisOf, rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { caseName } from '../common/caseName';
import { checkLens, lensField } from '../common/lens';
import { expectThat, expectTokens } from '../common/parse';
import { namedRows, rowsOf } from '../common/rows';
import { layer, position, type StudyCase } from '../common/spec';
import { choice, given, number, resolving, type SpecOf, seed } from '../contract/fields';
import type { Directions } from './along';
import { askedUnembedding, checkDirection, layersRead, resolveEdits, unembeddingSource } from './unembedding';
import { cutsForm, editsForm, masksForm, rewritesForm } from './forms';
import { isAddedRow } from '../../results/asked';
import { MOST } from '../../util/bounds';
import { defined } from '../../util/defined';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';

export const KIND = 'intervention';

const run = z.enum(['clean', 'corrupted']);

const source = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('constant'), value: z.number() }).strict(),
  z.object({ kind: z.literal('vector'), values: z.array(z.number()).min(1) }).strict(),
  /** The same site (or `site`) of this case's clean or corrupted run, at the same positions (or `rows`). */
  z
    .object({
      kind: z.literal('run'),
      run,
      site: z.string().optional(),
      rows: z.array(position).min(1).max(MOST.tokens).optional(),
    })
    .strict(),
  unembeddingSource,
  /** The mean of that run over the prompt's positions, without BOS. */
  z.object({ kind: z.literal('mean'), run: run.default('clean') }).strict(),
  z
    .object({
      kind: z.literal('noise'),
      stream: z.literal('mt19937-polar').default('mt19937-polar'),
      seed: z.number().int().min(0).max(0xffffffff),
      scale: z.number().nonnegative(),
      draw: z.number().int().nonnegative().default(0),
    })
    .strict(),
]);

const column = z.number().int().nonnegative();

const edit = z
  .object({
    site: z.string(),
    rows: namedRows.default('all'),
    head: position.optional(),
    columns: z.tuple([column, column]).optional(),
    op: z.enum(['set', 'add', 'scale', 'lerp', 'clamp', 'project_out', 'set_along', 'swap', 'snippet']),
    alpha: z.number().optional(),
    range: z.tuple([z.number(), z.number()]).optional(),
    direction: z.array(z.number()).min(1).optional(),
    source: source.optional(),
    /** For snippet: WGSL, a function `edit` without loops. Others' code needs consent. */
    code: z.string().optional(),
  })
  .strict();

/** As asked: with tokens as text. */
const askedEdit = z.union([edit, edit.extend({ source: askedUnembedding })]);

/** Blocks [begin, end); default: all. */
const layers = z.tuple([layer, layer]).optional();

const mask = z
  .object({
    layers,
    head: position.optional(),
    queries: namedRows,
    keys: namedRows,
    op: z.enum(['add', 'allow']).default('add'),
    /** Absent: those keys get probability exactly 0. */
    value: z.number().optional(),
  })
  .strict();

const rewrite = z
  .object({
    layers,
    head: position.optional(),
    queries: namedRows.default('all'),
    kind: z.enum(['uniform', 'reversed', 'shuffled', 'random']),
    seed: z.number().int().min(0).max(0xffffffff).optional(),
  })
  .strict();

const cut = z
  .object({
    senders: z.array(z.string()).min(1).max(MOST.entries),
    receiver: z.string(),
    rows: namedRows.default('all'),
    /** The share that remains. */
    beta: z.number().min(0).max(1).optional(),
    /** What the wire carries instead; default: 0. */
    source: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('constant'), value: z.number() }).strict(),
        z.object({ kind: z.literal('run'), run }).strict(),
      ])
      .optional(),
  })
  .strict();

/** One row of each table. */
export const rowOf = { edits: edit, masks: mask, rewrites: rewrite, cuts: cut };

export const fields = {
  /** The edited run. */
  on: choice({
    label: 'Change',
    choices: { clean: 'the clean run', corrupted: 'the run of the twin' },
    default: 'clean',
  }),
  edits: resolving(
    given(z.array(edit).max(MOST.entries).default([]), editsForm),
    resolveEdits,
    z.array(askedEdit).max(MOST.entries).default([]),
  ),
  masks: given(z.array(mask).max(MOST.entries).default([]), masksForm),
  rewrites: given(z.array(rewrite).max(MOST.entries).default([]), rewritesForm),
  cuts: given(z.array(cut).max(MOST.entries).default([]), cutsForm),
  top: number({ label: 'Tokens to list', default: 10, min: 1, max: 100, whole: true }),
  lens: lensField(({ edits }) => layersRead(edits as never).length > 0),
  /** Random directions beside those of the unembedding; asked: three beside those of a lens. */
  controls: resolving(
    given(z.number().int().min(0).max(100).default(0), {
      kind: 'number',
      label: 'Random directions beside it (none: 3 through a lens)',
      default: null,
      min: 0,
      max: 100,
    }),
    (asked, { edits }) => asked ?? (layersRead(edits as never).length > 0 ? 3 : 0),
    z.number().int().min(0).max(100).optional(),
  ),
  seed: seed('Seed of the random directions', 0, { isRare: true }),
};

export type InterventionSpec = SpecOf<typeof fields>;

export function checkIntervention(spec: InterventionSpec, model?: ModelSpec): void {
  const { edits, masks, rewrites, cuts } = spec;
  const n = edits.length + masks.length + rewrites.length + cuts.length;
  expectThat(n > 0, `${KIND}: edits`, 'nothing', 'an edit, a mask, a rewrite or a cut');
  expectTokens(spec, positionTables(spec), `${KIND}: edits`);
  const snippets = new Set(spec.edits.map(({ code }) => code).filter((code) => code !== undefined)).size;
  expectThat(
    snippets <= MOST.snippets,
    `${KIND}: edits`,
    `${snippets} different snippets`,
    `at most ${MOST.snippets}`,
  );
  const readsTwin = spec.on === 'corrupted' || [...edits, ...cuts].some((one) => readsRun(one, 'corrupted'));
  const lacking = spec.cases.findIndex((one) => !one.corrupted);
  expectThat(
    !readsTwin || lacking < 0,
    `${caseName(KIND, spec.cases, Math.max(lacking, 0))}: the corrupted prompt`,
    'nothing',
    'a prompt of as many tokens',
  );
  if (model) checkModel(spec, model);
  const read = layersRead(edits);
  checkLens(KIND, spec, read.length > 0 ? read : null, model);
  for (const [i, row] of edits.entries()) checkDirection(row, model, `${KIND}: edits[${i}].source`);
  for (const one of spec.cases) {
    const places = placesOf(spec, one);
    for (const [i, row] of edits.entries())
      checkSource(row, places.edits[i]!.rows.length, one, `${KIND}: edits[${i}]`);
  }
}

/** A mean can only be set; a run's rows pair with the edit's. */
function checkSource(
  { op, source: from }: InterventionSpec['edits'][number],
  rows: number,
  { tokens }: StudyCase,
  path: string,
): void {
  if (from?.kind === 'mean') expectThat(op === 'set', `${path}.op`, op, "'set', for a mean");
  if (from?.kind !== 'run' || !from.rows) return;
  expectThat(from.rows.length === rows, `${path}.source.rows`, `${from.rows.length} positions`, `${rows}`);
  const outside = from.rows.find((row) => row >= tokens.length);
  expectThat(outside === undefined, `${path}.source.rows`, outside, `positions below ${tokens.length}`);
}

/** Tables of positions per prompt; a mean is an edit for each of its positions. */
function positionTables({ cases, edits, masks, rewrites, cuts }: InterventionSpec): number {
  const means = edits.filter(({ source: from }) => from?.kind === 'mean').length;
  const longest = maxOf(cases.map(({ tokens }) => tokens.length));
  return edits.length + means * longest + 2 * masks.length + rewrites.length + cuts.length;
}

const readsRun = ({ source: from }: InterventionSpec['edits' | 'cuts'][number], named: string): boolean =>
  from !== undefined && 'run' in from && from.run === named;

function checkModel(spec: InterventionSpec, model: ModelSpec): void {
  for (const [i, { site: name, head }] of spec.edits.entries()) {
    const site = naming(`${KIND}: edits[${i}]`, () => siteCalled(model, name));
    const { heads } = rowLayout(model, site, 1);
    const has = headAxisOf(site) !== null;
    const expected = has ? `0..${heads - 1}` : 'no head: this site has none';
    expectThat(head === undefined || (has && head < heads), `${KIND}: edits[${i}].head`, head, expected);
  }
  for (const table of ['masks', 'rewrites'] as const) {
    for (const [i, { layers: blocks, head }] of spec[table].entries()) {
      const path = `${KIND}: ${table}[${i}]`;
      const { nLayers: L, nHeads: H } = model;
      const [begin, end] = blocks ?? [0, L];
      expectThat(begin < end && end <= L, `${path}.layers`, `${begin},${end}`, `begin < end <= ${L}`);
      expectThat(head === undefined || head < H, `${path}.head`, head, `0..${H - 1}`);
    }
  }
}

function naming<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}

export interface Tables {
  readonly edits: readonly Edit[];
  readonly masks: readonly Mask[];
  readonly rewrites: readonly Rewrite[];
  readonly cuts: readonly Cut[];
}

interface Known {
  /** Default: the named blocks alone. */
  readonly model?: ModelSpec;
  /** Numbers of the edits' directions. */
  readonly directions?: Directions;
}

/** One case's tables with numeric positions. */
export function tablesOf(spec: InterventionSpec, one: StudyCase, { model, directions }: Known = {}): Tables {
  const blocksOf = (named: readonly [number, number] | undefined): number[] => {
    const [begin, end] = named ?? [0, model?.nLayers ?? 1];
    return Array.from({ length: end - begin }, (_, i) => begin + i);
  };
  const places = placesOf(spec, one);
  return {
    edits: spec.edits.flatMap(({ source: from, ...rest }, i): Edit[] => {
      const { rows } = places.edits[i]!;
      const { site, head, columns } = rest;
      if (from?.kind === 'mean')
        return meanEdits(defined({ site, rows, head, columns }), from.run, meanRows(spec, one));
      const along = directions?.[i];
      if (along) return [defined({ ...rest, ...along, rows })];
      // zod types optional fields as possibly undefined; parsed JSON has none.
      return [defined({ ...rest, op: rest.op as EditOp, rows, source: from as EditSource | undefined })];
    }),
    masks: spec.masks.flatMap(({ layers: named, ...rest }, i) =>
      blocksOf(named).map((block): Mask => defined({ ...rest, layer: block, ...places.masks[i]! })),
    ),
    rewrites: spec.rewrites.flatMap(({ layers: named, ...rest }, i) =>
      blocksOf(named).map((block): Rewrite => defined({ ...rest, layer: block, ...places.rewrites[i]! })),
    ),
    cuts: spec.cuts.map((row, i): Cut => defined({ ...row, ...places.cuts[i]! }) as Cut),
  };
}

/** Positions of the prompt's own tokens; all if there are none. */
function meanRows({ bos }: Pick<InterventionSpec, 'bos'>, one: StudyCase): number[] {
  const all = range(0, one.tokens.length);
  const own = all.filter((row) => !isAddedRow({ bos, ...one }, row));
  return own.length > 0 ? own : all;
}

/**
 * Sets rows to the mean of a run over `over`: the first state, then a step towards each other one,
 * so that every one weighs the same.
 */
function meanEdits(place: Omit<Edit, 'op' | 'source'>, from: string, over: readonly number[]): Edit[] {
  return over.map((at, n): Edit => {
    const source = { kind: 'run', run: from, rows: place.rows.map(() => at) } as const;
    return n === 0 ? { ...place, op: 'set', source } : { ...place, op: 'lerp', alpha: 1 / (n + 1), source };
  });
}

/** Every table's positions in one case. Throws one sentence if a name is missing. */
function placesOf(spec: InterventionSpec, one: StudyCase) {
  return {
    edits: spec.edits.map(({ rows }, i) => ({ rows: rowsOf(rows, one, `${KIND}: edits[${i}].rows`) })),
    masks: spec.masks.map(({ queries, keys }, i) => ({
      queries: rowsOf(queries, one, `${KIND}: masks[${i}].queries`),
      keys: rowsOf(keys, one, `${KIND}: masks[${i}].keys`),
    })),
    rewrites: spec.rewrites.map(({ queries }, i) => ({
      queries: rowsOf(queries, one, `${KIND}: rewrites[${i}].queries`),
    })),
    cuts: spec.cuts.map(({ rows }, i) => ({ rows: rowsOf(rows, one, `${KIND}: cuts[${i}].rows`) })),
  };
}
