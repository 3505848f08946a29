/** An intervention's tables: `forward`'s edits, masks and rewrites, with positions by name. */
import { z } from 'zod';
import type { Edit, EditSource, Mask, Rewrite } from '../../forward/request/types';
import { siteCalled } from '../../model/aliases';
import { headAxisOf, rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { caseName } from '../common/caseName';
import { expectThat, expectTokens } from '../common/parse';
import { namedRows, rowsOf } from '../common/rows';
import { layer, position, type StudyCase } from '../common/spec';
import { choice, given, number, type SpecOf } from '../contract/fields';
import { editsForm, masksForm, rewritesForm } from './forms';
import { MOST } from '../../util/bounds';
import { defined } from '../../util/defined';

export const KIND = 'intervention';

const source = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('constant'), value: z.number() }).strict(),
  z.object({ kind: z.literal('vector'), values: z.array(z.number()).min(1) }).strict(),
  /** The same site (or `site`) of this case's clean or corrupted run. */
  z
    .object({ kind: z.literal('run'), run: z.enum(['clean', 'corrupted']), site: z.string().optional() })
    .strict(),
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
    op: z.enum(['set', 'add', 'scale', 'lerp', 'clamp', 'project_out', 'set_along', 'snippet']),
    alpha: z.number().optional(),
    range: z.tuple([z.number(), z.number()]).optional(),
    direction: z.array(z.number()).min(1).optional(),
    source: source.optional(),
    /** For snippet: WGSL, a function `edit` without loops. Others' code needs consent. */
    code: z.string().optional(),
  })
  .strict();

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

export const fields = {
  /** The edited run. */
  on: choice({
    label: 'Change',
    choices: { clean: 'the clean run', corrupted: 'the run of the twin' },
    default: 'clean',
  }),
  edits: given(z.array(edit).max(MOST.entries).default([]), editsForm),
  masks: given(z.array(mask).max(MOST.entries).default([]), masksForm),
  rewrites: given(z.array(rewrite).max(MOST.entries).default([]), rewritesForm),
  top: number({ label: 'Tokens to list', default: 10, min: 1, max: 100, whole: true }),
};

export type InterventionSpec = SpecOf<typeof fields>;

export function checkIntervention(spec: InterventionSpec, model?: ModelSpec): void {
  const n = spec.edits.length + spec.masks.length + spec.rewrites.length;
  expectThat(n > 0, `${KIND}: edits`, 'nothing', 'an edit, a mask or a rewrite');
  expectTokens(spec, spec.edits.length + 2 * spec.masks.length + spec.rewrites.length, `${KIND}: edits`);
  const snippets = new Set(spec.edits.map(({ code }) => code).filter((code) => code !== undefined)).size;
  expectThat(
    snippets <= MOST.snippets,
    `${KIND}: edits`,
    `${snippets} different snippets`,
    `at most ${MOST.snippets}`,
  );
  const readsTwin = spec.on === 'corrupted' || spec.edits.some((one) => readsRun(one, 'corrupted'));
  const lacking = spec.cases.findIndex((one) => !one.corrupted);
  expectThat(
    !readsTwin || lacking < 0,
    `${caseName(KIND, spec.cases, Math.max(lacking, 0))}: the corrupted prompt`,
    'nothing',
    'a prompt of as many tokens',
  );
  if (model) checkModel(spec, model);
  for (const one of spec.cases) placesOf(spec, one);
}

const readsRun = ({ source: from }: InterventionSpec['edits'][number], run: string): boolean =>
  from?.kind === 'run' && from.run === run;

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
}

/** One case's tables with numeric positions. Without a model: for the named blocks. */
export function tablesOf(spec: InterventionSpec, one: StudyCase, model?: ModelSpec): Tables {
  const blocksOf = (named: readonly [number, number] | undefined): number[] => {
    const [begin, end] = named ?? [0, model?.nLayers ?? 1];
    return Array.from({ length: end - begin }, (_, i) => begin + i);
  };
  const places = placesOf(spec, one);
  return {
    edits: spec.edits.map(
      ({ source: from, ...rest }, i): Edit =>
        // zod types optional fields as possibly undefined; parsed JSON has none.
        defined({ ...rest, ...places.edits[i]!, source: from as EditSource | undefined }),
    ),
    masks: spec.masks.flatMap(({ layers: named, ...rest }, i) =>
      blocksOf(named).map((block): Mask => defined({ ...rest, layer: block, ...places.masks[i]! })),
    ),
    rewrites: spec.rewrites.flatMap(({ layers: named, ...rest }, i) =>
      blocksOf(named).map((block): Rewrite => defined({ ...rest, layer: block, ...places.rewrites[i]! })),
    ),
  };
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
  };
}
