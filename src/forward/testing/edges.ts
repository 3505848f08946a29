/**
 * Cuts every edge of a small model alone, by edits: the ground truth for tests of searches. Names
 * are EAP's: 'a0.h1->a1.h0<k>', 'input->m0', 'm0->logits'. Cutting (i -> e): the input of e gets +=
 * (replacement - contribution of i) at all positions; all other receivers still read i. For models
 * with a key-value head per query head, and without norms on the outputs of senders.
 */
import { type Edge, edgeName, edgesOf } from '../../model/edges';
import type { ModelSpec } from '../../model/spec';
import type { Edit, Run } from '../request/types';
import type { RunForward, RowMetric, RunResult } from '../request/contract';

export const ABLATIONS = ['corrupted', 'zero', 'mean'] as const;

export interface PlantedModel {
  readonly spec: ModelSpec;
  readonly forward: RunForward;
}

/** One prompt of a task, as token ids. */
export interface Case {
  readonly tokens: readonly number[];
  readonly corrupted: readonly number[];
  readonly answer: number;
  readonly distractor: number;
}

/** What each sender adds to the stream, [T, D]. */
type Contributions = ReadonlyMap<string, Float32Array>;

const layersOf = (spec: ModelSpec): number[] => Array.from({ length: spec.nLayers }, (_, l) => l);
const headsOf = (spec: ModelSpec): number[] => Array.from({ length: spec.nHeads }, (_, h) => h);

/** One prompt with edits: its numbers at the last position, and captured sites. */
export async function runLogits(
  { forward }: PlantedModel,
  { tokens, answer, distractor }: Pick<Case, 'tokens' | 'answer' | 'distractor'>,
  edits: readonly Edit[] = [],
  sites: readonly string[] = [],
): Promise<{ metric: RowMetric; captures: RunResult['captures'] }> {
  const metric = { row: tokens.length - 1, answer, distractor };
  const run: Run = { id: 'a', tokens, edits, metric, captures: sites.map((site) => ({ site })) };
  const { runs } = await forward({ runs: [run], reuse: 'naive' });
  return { metric: runs.a!.metric!, captures: runs.a!.captures };
}

const difference = ({ answer, distractor }: RowMetric): number => answer - distractor;

/** Change of the logit difference under edits. */
export async function changeOf(model: PlantedModel, one: Case, edits: readonly Edit[]): Promise<number> {
  const [edited, clean] = [await runLogits(model, one, edits), await runLogits(model, one)];
  return difference(edited.metric) - difference(clean.metric);
}

async function contributions(
  { spec, forward }: PlantedModel,
  tokens: readonly number[],
): Promise<Contributions> {
  const { dModel: D, nHeads: H } = spec;
  const results = layersOf(spec).map((l) => `blocks.${l}.attn.hook_result`);
  const mlps = spec.dMlp === 0 ? [] : layersOf(spec).map((l) => `blocks.${l}.hook_mlp_out`);
  const captures = ['hook_embed', 'hook_pos_embed', ...results, ...mlps].map((site) => ({ site }));
  const { runs } = await forward({ runs: [{ id: 'a', tokens, captures }], reuse: 'naive' });
  const data = (site: string): Float32Array => runs.a!.captures[site]!.data;
  const found = new Map([
    ['input', data('hook_embed').map((x, i) => x + data('hook_pos_embed')[i]!)],
    ...mlps.map((site, l) => [`m${l}`, data(site)] as const),
  ]);
  for (const [l, site] of results.entries()) {
    for (const h of headsOf(spec)) {
      const own = new Float32Array(tokens.length * D);
      for (let t = 0; t < tokens.length; t++)
        own.set(data(site).subarray((t * H + h) * D, (t * H + h + 1) * D), t * D);
      found.set(`a${l}.h${h}`, own);
    }
  }
  return found;
}

/** The mean over prompts of equal length, by position. */
export async function meanContributions(
  model: PlantedModel,
  prompts: readonly (readonly number[])[],
): Promise<Contributions> {
  const all = await Promise.all(prompts.map((tokens) => contributions(model, tokens)));
  return new Map(
    [...all[0]!].map(([sender, first]) => [
      sender,
      first.map((_, i) => all.reduce((sum, one) => sum + one.get(sender)![i]!, 0) / all.length),
    ]),
  );
}

/**
 * Change of the logit difference per edge, each cut alone in the clean run. `mean`: over the set's
 * clean prompts.
 */
export async function noisedEdges(
  model: PlantedModel,
  one: Case,
  ablation: (typeof ABLATIONS)[number],
  mean: Contributions,
): Promise<ReadonlyMap<string, number>> {
  const own = await contributions(model, one.tokens);
  const twin = await contributions(model, one.corrupted);
  const T = one.tokens.length;
  const metric = { row: T - 1, answer: one.answer, distractor: one.distractor };
  const edges = edgesOf(model.spec);
  const runs = edges.map(({ from: sender, to: receiver }, i): Run => {
    const [from, other] = [own.get(sender)!, { corrupted: twin, mean, zero: null }[ablation]?.get(sender)];
    const values = Array.from(from, (x, at) => (other?.[at] ?? 0) - x);
    const rows = Array.from({ length: T }, (_, t) => t);
    const edit = {
      ...placeOf(receiver),
      rows,
      op: 'add' as const,
      source: { kind: 'vector' as const, values },
    };
    return { id: String(i), base: 'clean', edits: [edit], metric };
  });
  const clean: Run = { id: 'clean', tokens: one.tokens, metric };
  const { runs: results } = await model.forward({ runs: [clean, ...runs], reuse: 'naive' });
  const before = difference(results.clean!.metric!);
  return new Map(edges.map((edge: Edge, i) => [edgeName(edge), difference(results[i]!.metric!) - before]));
}

/** The copy of the stream that only this receiver reads. */
function placeOf(receiver: string): { site: string; head?: number } {
  if (receiver === 'logits') return { site: 'unembed.hook_in' };
  const [, layer, head, branch] = /^[am](\d+)(?:\.h(\d+)<(.)>)?$/.exec(receiver)!;
  if (head === undefined) return { site: `blocks.${layer}.hook_mlp_in` };
  return { site: `blocks.${layer}.hook_${branch}_input`, head: Number(head) };
}
