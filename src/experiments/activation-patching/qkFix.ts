/**
 * The QK fix of AtP* (Kramár et al. 2024): what a patch of queries or keys would do to the head's
 * pattern is computed, softmax and all; only what the pattern then does is estimated, by its gradient.
 */
import type { RunResult, Tensor } from '../../forward/request/contract';
import { hasSite } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { CLOSED } from '../../util/masked';
import { softmax } from '../../util/distribution';
import { dot } from '../../util/dot';
import { range } from '../../util/range';
import { expectThat } from '../common/parse';
import type { Cell, GridName } from '../common/grids';

export type Branch = 'q' | 'k';

/** What a grid patches; null for a grid that has no QK fix. */
export function branchOf(name: GridName): Branch | null {
  const found = /^attn_head_([qk])_/.exec(name);
  return found ? (found[1] as Branch) : null;
}

/** Why a model's patterns cannot be computed from what is read here; null if they can. */
export function whyNoQkFix(model: ModelSpec): string | null {
  const { qkNorm, sinks } = model.attention;
  if (sinks) return 'attention sinks';
  if (qkNorm === 'full') return 'a norm across all heads';
  const isTurned = range(0, model.nLayers).every((layer) => hasSite(model, turned('q', layer)));
  return qkNorm !== 'none' && !isTurned ? 'queries with a norm and no rotation' : null;
}

const turned = (branch: Branch, layer: number): string => `blocks.${layer}.attn.hook_rot_${branch}`;

/** Where queries or keys can be read as the scores take them. */
function asScored(model: ModelSpec, branch: Branch, layer: number): string {
  const site = turned(branch, layer);
  return hasSite(model, site) ? site : `blocks.${layer}.attn.hook_${branch}`;
}

const scoresSite = (layer: number): string => `blocks.${layer}.attn.hook_attn_scores`;
export const patternSite = (layer: number): string => `blocks.${layer}.attn.hook_pattern`;

/** Sites that an estimate reads: of the patched run, of the other, and the gradients. */
export interface Reads {
  readonly base: readonly string[];
  readonly from: readonly string[];
  readonly gradients: readonly string[];
}

/** null for a grid that has no QK fix. */
export function qkReads(model: ModelSpec, name: GridName, layer: number): Reads | null {
  const branch = branchOf(name);
  if (!branch) return null;
  const [q, k] = [asScored(model, 'q', layer), asScored(model, 'k', layer)];
  return {
    base: [scoresSite(layer), q, k],
    from: [branch === 'q' ? q : k],
    gradients: [patternSite(layer)],
  };
}

interface Runs {
  /** The run that is patched, and the one that it is patched from. */
  readonly base: RunResult;
  readonly from: RunResult;
  /** Of the pattern, at the run that is patched. */
  readonly gradient: Tensor;
}

/** Sum over the pattern of its change by this patch x its gradient. */
export function qkChange(
  model: ModelSpec,
  branch: Branch,
  cell: Cell,
  { base, from, gradient }: Runs,
): number {
  const { nHeads: H, nKvHeads: G } = model;
  const layer = cell.layer!;
  const scores = base.captures[scoresSite(layer)]!;
  const T = scores.shape[1]!;
  const patched = (t: number): boolean => cell.position === undefined || cell.position === t;
  const read = (run: RunResult, of: Branch) => run.captures[asScored(model, of, layer)]!.data;
  const before = { q: read(base, 'q'), k: read(base, 'k') };
  const after = { ...before, [branch]: read(from, branch) };
  const heads = range(0, H).filter((h) => cell.head === (branch === 'q' ? h : Math.floor((h * G) / H)));
  let change = 0;
  for (const h of heads) {
    for (const t of range(0, T)) {
      if (branch === 'q' && !patched(t)) continue;
      const row = (h * T + t) * T;
      const own = scores.data.subarray(row, row + T);
      const now = Float64Array.from(own, (score, s) => {
        if (score <= CLOSED || (branch === 'k' && !patched(s))) return score;
        const at = { h, t, s };
        return score + scoreOf(model, after, at) - scoreOf(model, before, at);
      });
      change += dotChange(own, now, gradient.data.subarray(row, row + T));
    }
  }
  return change;
}

interface At {
  readonly h: number;
  readonly t: number;
  readonly s: number;
}

/** The score of query t and key s of head h. */
function scoreOf(
  { nHeads: H, nKvHeads: G, dHead: K, attention: { scale, softcap } }: ModelSpec,
  { q, k }: Readonly<Record<Branch, Float32Array>>,
  { h, t, s }: At,
): number {
  const [query, key] = [(t * H + h) * K, (s * G + Math.floor((h * G) / H)) * K];
  const score = scale * dot(q.subarray(query, query + K), k.subarray(key, key + K));
  return softcap === null ? score : softcap * Math.tanh(score / softcap);
}

/** Sum of (softmax(now) - softmax(before)) x slopes. */
function dotChange(before: Float32Array, now: Float64Array, slopes: Float32Array): number {
  const [a, b] = [softmax(before), softmax(now)];
  return slopes.reduce((sum, slope, s) => sum + (b[s]! - a[s]!) * slope, 0);
}

/** Throws one sentence where the fix cannot be asked for. */
export function checkQkFix(
  where: string,
  { by, grids }: { readonly by: string; readonly grids: readonly GridName[] },
  model: ModelSpec | undefined,
): void {
  expectThat(by !== 'measure', where, "by 'measure'", "by 'estimate', 'both' or 'top'");
  const isUsed = grids.some((name) => branchOf(name) !== null);
  expectThat(isUsed, where, grids.join(), 'a grid of queries or keys');
  const why = model ? whyNoQkFix(model) : null;
  expectThat(why === null, where, `a model with ${why}`, 'a model without, or no QK fix');
}
