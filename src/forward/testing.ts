/**
 * The golden checkpoints and activations in `reference/goldens`, for tests of the reference and the
 * GPU. `read` fetches a file relative to the repository's root, so that the same tests run in Node
 * and in a browser.
 */
import { assembleSlot, sourceOf } from '../load/assemble';
import { openSafetensors, type Safetensors } from '../load/safetensors';
import { familyOf } from '../model/families';
import { findSite } from '../model/sites';
import type { ModelSpec, WeightSlot } from '../model/spec';
import { compareTensors } from './reference/compare';
import type { Edit, EditOp, EditSource, Mask, Rewrite, Run } from './request/types';
import type { RunResult, Tensor } from './request/contract';
import { slotsOf } from '../model/families/slots';

export type ReadFile = (path: string) => Promise<ArrayBuffer>;

export interface Golden {
  readonly spec: ModelSpec;
  readonly slots: readonly WeightSlot[];
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly activations: Safetensors;
  /** Cases by name, with their token ids. */
  readonly cases: ReadonlyMap<string, readonly number[]>;
}

/** The folders of `reference/goldens` that contain `file`. */
function folders(paths: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(paths)
    .map((path) => path.split('/').at(-2)!)
    .sort();
}

/** Models with golden activations, and the subset with golden interventions. */
export const GOLDEN_MODELS = folders(
  import.meta.glob('../../reference/goldens/*/golden.safetensors', { query: '?url' }),
);
/** Checkpoints that repeat what others cover; slow tests put them in the long tier. */
const VARIANTS = new Set([
  ...['tiny-b', 'tiny-c', 'tiny-llama-bias', 'tiny-llama-linear', 'tiny-llama-llama3', 'tiny-llama-yarn'],
  ...['tiny-llama-sharded', 'tiny-llama-untied', 'tiny-mistral', 'tiny-qwen2', 'tiny-gemma', 'tiny-opt'],
  ...['tiny-gpt_neox-sequential', 'tiny-olmo-clip', 'tiny-olmoe', 'tiny-qwen3_moe', 'tiny-cohere'],
  ...['tiny-falcon-new', 'tiny-falcon-sequential', 'tiny-stablelm', 'tiny-stablelm-parallel', 'tiny-smollm3'],
  ...['tiny-bert-encoder', 'tiny-distilbert', 'tiny-distilbert-classifier', 'tiny-roberta-classifier'],
  ...['tiny-xlm-roberta', 'tiny-planted-attention'],
]);

export const isVariant = (name: string): boolean => VARIANTS.has(name);

/** Models that ship with the app keep their checkpoint apart from the goldens. */
const WITH_CHECKPOINT = new Set(
  folders(import.meta.glob('../../reference/goldens/*/config.json', { query: '?url' })),
);
export const GOLDEN_EDITED_MODELS = folders(import.meta.glob('../../reference/goldens/*/edits.json'));

/** Models with golden masks, rewrites, clamps and directions. */
export const GOLDEN_INTERVENED_MODELS = folders(
  import.meta.glob('../../reference/goldens/*/interventions.json'),
);

/** Models with golden runs that move rows or positions. */
export const GOLDEN_MOVED_MODELS = folders(import.meta.glob('../../reference/goldens/*/moved.json'));

async function readTensor(file: Safetensors, name: string): Promise<Float32Array> {
  return Float32Array.from((await file.tensor(name)).data);
}

async function readJson(path: string, read: ReadFile): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await read(path)));
}

/** `name` is one of `GOLDEN_MODELS`. */
export async function loadGolden(name: string, read: ReadFile): Promise<Golden> {
  const folder = WITH_CHECKPOINT.has(name) ? `reference/goldens/${name}` : `public/models/${name}`;
  const config = await readJson(`${folder}/config.json`, read);
  const family = familyOf(config);
  const spec = family.parseConfig(config);
  const tensors = await openCheckpoint(folder, read);
  const slots = slotsOf(spec, family.modules);
  const weights = new Map<string, Float32Array>();
  for (const slot of slots) {
    const values = await assembleSlot(slot, async (part) => {
      const source = sourceOf(part, (candidate) => tensors.has(candidate));
      if (source === undefined)
        throw new Error(`${name}: ${slot.name}: got none of ${part.sources.join(', ')}.`);
      return readTensor(tensors.get(source)!, source);
    });
    weights.set(slot.name, values);
  }
  const activations = await openSafetensors(
    await read(`reference/goldens/${name}/golden.safetensors`),
    'golden.safetensors',
  );
  const cases = new Map<string, readonly number[]>();
  for (const key of activations.tensors.keys()) {
    if (key.endsWith('/tokens'))
      cases.set(key.slice(0, -'/tokens'.length), [...(await readTensor(activations, key))]);
  }
  return { spec, slots, weights, activations, cases };
}

/** The file of each tensor of a checkpoint: a single file, or the shards named by its index. */
async function openCheckpoint(folder: string, read: ReadFile): Promise<ReadonlyMap<string, Safetensors>> {
  // A server may answer a missing index with an HTML page, which is not JSON either.
  const index = await readJson(`${folder}/model.safetensors.index.json`, read).catch(() => null);
  const names = index
    ? new Set(Object.values((index as { weight_map: Record<string, string> }).weight_map))
    : ['model.safetensors'];
  const tensors = new Map<string, Safetensors>();
  for (const name of names) {
    const file = await openSafetensors(await read(`${folder}/${name}`), name);
    for (const tensor of file.tensors.keys()) tensors.set(tensor, file);
  }
  return tensors;
}

/** Largest error of a captured tensor, relative to the golden's largest value, masks aside. */
export async function goldenError(
  golden: Golden,
  testCase: string,
  site: string,
  ours: Tensor,
): Promise<number> {
  const theirs = await golden.activations.tensor(`${testCase}/${site}`);
  if (theirs.shape.join() !== ours.shape.join()) {
    throw new Error(`${site}: shape, got [${ours.shape}], expected [${theirs.shape}].`);
  }
  return compareTensors(ours.data, theirs.data).relative;
}

/** A prompt's greedy continuation by Hugging Face's `generate`, without an end token. */
interface GreedyCase {
  readonly prompt: readonly number[];
  readonly continuation: readonly number[];
}

/** By model. */
export async function loadGreedyCases(read: ReadFile): Promise<Readonly<Record<string, GreedyCase[]>>> {
  const json = await readJson('reference/goldens/experiments/generation.json', read);
  return (json as { greedy: Record<string, GreedyCase[]> }).greedy;
}

/**
 * One intervention of `edits.json` or `interventions.json` as runs; the last is 'edited', with its
 * output captured.
 */
export interface EditCase {
  readonly name: string;
  readonly runs: readonly Run[];
  /** The recorded site: the logits, or the final site of a model without a head. */
  readonly output: string;
  /** Its golden value after the edits. */
  readonly values: Float32Array;
}

interface GoldenEdit {
  readonly site: string;
  readonly rows: readonly number[];
  readonly head?: number;
  readonly columns?: [number, number];
  readonly op: EditOp;
  readonly alpha?: number;
  readonly range?: [number, number];
  readonly direction?: number[];
  readonly source?:
    | { kind: 'constant'; value: number }
    | { kind: 'vector'; values: number[] }
    | { kind: 'run'; tokens: number[] }
    | { kind: 'mean'; tokens: number[][] };
}

type GoldenEntry = { name: string; tokens: number[] } & (GoldenEdit | { edits: GoldenEdit[] });

export async function loadEditCases(name: string, read: ReadFile): Promise<EditCase[]> {
  const folder = `reference/goldens/${name}`;
  const json = (await readJson(`${folder}/edits.json`, read)) as {
    output?: string;
    edits: GoldenEntry[];
    sequences: GoldenEntry[];
  };
  const output = json.output ?? 'unembed.hook_out';
  const file = await openSafetensors(await read(`${folder}/edits.safetensors`), 'edits.safetensors');
  const cases: EditCase[] = [];
  for (const entry of [...json.edits, ...json.sequences]) {
    const sources: Run[] = [];
    const edits = ('edits' in entry ? entry.edits : [entry]).map((edit) => toEdit(edit, sources));
    const edited: Run = { id: 'edited', base: 'base', edits, captures: [{ site: output }] };
    cases.push({
      name: entry.name,
      runs: [{ id: 'base', tokens: entry.tokens }, ...sources, edited],
      output,
      values: await readTensor(file, entry.name),
    });
  }
  return cases;
}

interface GoldenTables {
  readonly name: string;
  readonly tokens: number[];
  readonly edits?: readonly GoldenEdit[];
  readonly masks?: readonly Mask[];
  readonly rewrites?: readonly Rewrite[];
}

/** The runs of `interventions.json`: edits, masks and rewrites of one run. */
export async function loadInterventions(name: string, read: ReadFile): Promise<EditCase[]> {
  const folder = `reference/goldens/${name}`;
  const json = (await readJson(`${folder}/interventions.json`, read)) as { cases: GoldenTables[] };
  const bytes = await read(`${folder}/interventions.safetensors`);
  const file = await openSafetensors(bytes, 'interventions.safetensors');
  const output = 'unembed.hook_out';
  const cases: EditCase[] = [];
  for (const { name: title, tokens, edits = [], masks = [], rewrites = [] } of json.cases) {
    const sources: Run[] = [];
    const tables = { edits: edits.map((edit) => toEdit(edit, sources)), masks, rewrites };
    const edited: Run = { id: 'edited', base: 'base', ...tables, captures: [{ site: output }] };
    const runs = [{ id: 'base', tokens }, ...sources, edited];
    cases.push({ name: title, runs, output, values: await readTensor(file, title) });
  }
  return cases;
}

/** The runs of `moved.json`, which are stored in request form. */
export async function loadMoved(name: string, read: ReadFile): Promise<EditCase[]> {
  const folder = `reference/goldens/${name}`;
  const json = (await readJson(`${folder}/moved.json`, read)) as { cases: { name: string; runs: Run[] }[] };
  const file = await openSafetensors(await read(`${folder}/moved.safetensors`), 'moved.safetensors');
  const output = 'unembed.hook_out';
  return Promise.all(
    json.cases.map(async ({ name: title, runs }) => ({
      name: title,
      runs: runs.map((run) => (run.id === 'edited' ? { ...run, captures: [{ site: output }] } : run)),
      output,
      values: await readTensor(file, title),
    })),
  );
}

function toEdit(edit: GoldenEdit, sources: Run[]): Edit {
  const add = (tokens: number[]): string => {
    const id = `source.${sources.length}`;
    sources.push({ id, tokens });
    return id;
  };
  const source = (): EditSource | undefined => {
    if (edit.source?.kind === 'run') return { kind: 'run', run: add(edit.source.tokens) };
    if (edit.source?.kind === 'mean') return { kind: 'mean', runs: edit.source.tokens.map(add) };
    return edit.source;
  };
  const value = source();
  return {
    site: edit.site,
    rows: edit.rows,
    op: edit.op,
    ...(edit.head === undefined ? {} : { head: edit.head }),
    ...(edit.columns === undefined ? {} : { columns: edit.columns }),
    ...(edit.alpha === undefined ? {} : { alpha: edit.alpha }),
    ...(edit.range === undefined ? {} : { range: edit.range }),
    ...(edit.direction === undefined ? {} : { direction: edit.direction }),
    ...(value === undefined ? {} : { source: value }),
  };
}

/** Every site in the golden file for a case. */
export function goldenSites(golden: Golden, testCase: string): string[] {
  return [...golden.activations.tensors.keys()]
    .filter((key) => key.startsWith(`${testCase}/`) && !key.endsWith('/tokens'))
    .map((key) => findSite(golden.spec, key.slice(testCase.length + 1)).name);
}

/** Runs that change nothing, for various reasons, and some that do; `expected`: their reports. */
export function deadAndLiveRuns(): {
  readonly runs: Run[];
  readonly expected: Readonly<Record<string, RunResult['unchanged']>>;
} {
  const tokens = [7, 3, 11, 5, 9];
  const metric = { row: 4, answer: 5, distractor: 9 };
  const last = 'blocks.1.hook_resid_post';
  const set = (site: string, row: number, run: string): Edit[] => [
    { site, rows: [row], op: 'set', source: { kind: 'run', run } },
  ];
  const of = (id: string, tables: Partial<Run>): Run => ({ id, base: 'base', metric, ...tables });
  const runs: Run[] = [
    { id: 'base', tokens, metric },
    of('again', {}),
    of('itself', { edits: set('blocks.1.hook_resid_pre', 2, 'base') }),
    of('too late a row', { edits: [{ site: last, rows: [1], op: 'scale', alpha: 0 }] }),
    of('times one', { edits: [{ site: last, rows: [4], op: 'scale', alpha: 1 }] }),
    of('a mask of later keys', { masks: [{ layer: 0, queries: [1, 2], keys: [3, 4] }] }),
    of('a callback that only looks', { callbacks: [{ site: last, fn: () => {} }] }),
    of('the same token', {
      edits: [{ site: 'hook_tokens', rows: [1], op: 'set', source: { kind: 'constant', value: 3 } }],
    }),
    of('another token', {
      edits: [{ site: 'hook_tokens', rows: [1], op: 'set', source: { kind: 'constant', value: 4 } }],
    }),
    of('silenced', { edits: [{ site: last, rows: [4], op: 'scale', alpha: 0 }] }),
    of('masked', { masks: [{ layer: 0, queries: [4], keys: [1] }] }),
    of('rewritten', { rewrites: [{ layer: 0, queries: [4], kind: 'uniform' }] }),
    of('another metric', { edits: set(last, 4, 'base'), metric: { row: 3, answer: 5 } }),
  ];
  const expected: Record<string, RunResult['unchanged']> = Object.fromEntries(
    runs.map(({ id }) => [id, undefined]),
  );
  for (const id of ['itself', 'too late a row', 'the same token']) expected[id] = 'known';
  for (const id of ['times one', 'a mask of later keys', 'a callback that only looks'])
    expected[id] = 'measured';
  return { runs, expected };
}

/**
 * Prompts of four lengths, each with many kinds of interventions on scores, pattern and elsewhere.
 */
export function mixedLengths(): Run[] {
  const prompts = [
    [7, 3, 11, 5, 9],
    [2, 14],
    [6, 1, 9, 9, 3, 12, 4, 8],
    [5, 4, 10],
  ];
  const scores = 'blocks.1.attn.hook_attn_scores';
  const pattern = 'blocks.0.attn.hook_pattern';
  const z = 'blocks.1.attn.hook_z';
  return prompts.flatMap((tokens, p): Run[] => {
    const row = tokens.length - 1;
    const metric = { row, answer: 5, distractor: 9 };
    const every = tokens.map((_, t) => t);
    const clean = `${p} clean`;
    const other = `${p} other`;
    const from = (run: string) => ({ kind: 'run', run }) as const;
    const mean = { kind: 'mean', runs: [clean, other] } as const;
    const tables: Record<string, Partial<Run>> = {
      stream: { edits: [{ site: 'blocks.0.hook_resid_post', rows: [row], op: 'set', source: from(other) }] },
      z: { edits: [{ site: z, rows: [0, row], head: 1, op: 'lerp', alpha: 0.3, source: mean }] },
      scores: { edits: [{ site: scores, rows: [row], head: 1, op: 'set', source: from(other) }] },
      'scores mean': { edits: [{ site: scores, rows: [row], columns: [0, row], op: 'lerp', source: mean }] },
      pattern: { edits: [{ site: pattern, rows: every, op: 'lerp', alpha: 0.5, source: from(other) }] },
      masked: { masks: [{ layer: 0, queries: [row], keys: [0] }] },
      open: { masks: [{ layer: 0, queries: every, keys: every, op: 'allow' }] },
      reversed: { rewrites: [{ layer: 1, queries: every, kind: 'reversed' }] },
      shuffled: { rewrites: [{ layer: 1, head: 1, queries: [row], kind: 'shuffled', seed: 3 }] },
      seen: { captures: [{ site: pattern }, { site: scores }, { site: z, rows: [row] }] },
      called: {
        callbacks: [
          {
            site: pattern,
            fn: (values) => {
              for (const [i, p] of values.entries()) values[i] = p / 2;
            },
          },
        ],
      },
    };
    return [
      { id: clean, tokens, metric },
      { id: other, tokens: tokens.map((token) => token + 1), metric },
      ...Object.entries(tables).map(
        ([id, table]): Run => ({ id: `${p} ${id}`, base: clean, metric, ...table }),
      ),
    ];
  });
}
