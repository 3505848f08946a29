/** The hand-set models that ship with the app, with their task sets and truths. Node only. */
import { readFile } from 'node:fs/promises';
import { loadTokenizer } from '../../load/tokenizer';
import { createReferenceForward } from '../reference/forward';
import { type ReadFile, loadGolden } from '../testing';
import type { ABLATIONS, Case, PlantedModel } from './edges';
import type { Edit } from '../request/types';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;
const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

/** A task set's entry in a model's truth.json; docs/planted.md describes the file. */
export interface TaskTruth {
  readonly set: string;
  readonly edges: Readonly<Record<(typeof ABLATIONS)[number], readonly string[]>>;
  readonly nodes: readonly string[];
}

export interface Truth extends TaskTruth {
  readonly planted: readonly { readonly node: string }[];
  readonly decoys: readonly { readonly node: string }[];
  readonly composed: Readonly<Record<string, readonly string[]>>;
  /** Further tasks. */
  readonly tasks?: Readonly<Record<string, TaskTruth>>;
}

interface Row {
  readonly prompt: string;
  readonly corrupted: string;
  readonly answer: string;
  readonly distractor: string;
}

/** `name` is a folder of `public/models`. */
export async function loadTruth<Extra>(name: string): Promise<Truth & Extra> {
  return (await json(`public/models/${name}/truth.json`)) as Truth & Extra;
}

/**
 * The float64 reference of a model, and the cases of task sets as token ids, with BOS first if the
 * model uses one.
 */
export async function loadPlanted(
  name: string,
  sets: readonly string[],
): Promise<{ model: PlantedModel; cases: ReadonlyMap<string, readonly Case[]> }> {
  const { spec, weights } = await loadGolden(name, read);
  const folder = `public/models/${name}`;
  const tokenizer = loadTokenizer(
    await json(`${folder}/tokenizer.json`),
    await json(`${folder}/tokenizer_config.json`),
  );
  const encode = (text: string): number[] => [
    ...(tokenizer.bosToken ? [tokenizer.bosToken.id] : []),
    ...tokenizer.encode(text).map(({ id }) => id),
  ];
  const one = (text: string): number => {
    const tokens = tokenizer.encode(text);
    if (tokens.length !== 1 || tokens[0]!.text !== text)
      throw new Error(`${name}: got ${tokens.length} tokens for '${text}', expected that one.`);
    return tokens[0]!.id;
  };
  const caseOf = (row: Row): Case => ({
    tokens: encode(row.prompt),
    corrupted: encode(row.corrupted),
    answer: one(row.answer),
    distractor: one(row.distractor),
  });
  const cases = new Map<string, readonly Case[]>();
  for (const set of sets) cases.set(set, ((await json(`public/sets/${set}.json`)) as Row[]).map(caseOf));
  return { model: { spec, forward: createReferenceForward(spec, (slot) => weights.get(slot)!) }, cases };
}

/** Edits that zero a head's z, an MLP's output or a neuron at all positions. */
export function silenced(node: string, T: number): Edit[] {
  const [, layer, part, index] = /^[am](\d+)(?:\.([hn])(\d+))?$/.exec(node)!;
  const rows = Array.from({ length: T }, (_, t) => t);
  const block = `blocks.${layer}`;
  const zero = { rows, op: 'scale' as const, alpha: 0 };
  if (part === undefined) return [{ site: `${block}.hook_mlp_out`, ...zero }];
  if (part === 'h') return [{ site: `${block}.attn.hook_z`, head: Number(index), ...zero }];
  return [{ site: `${block}.mlp.hook_post`, columns: [Number(index), Number(index) + 1], ...zero }];
}
