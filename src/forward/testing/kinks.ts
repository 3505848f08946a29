/** Where a model's arithmetic has kinks: relu, clips, and the choice of experts. */
import type { Site } from '../../model/siteKinds';
import { expertsOf, type ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { hiddenOf } from '../reference/experts';
import { weighted } from '../reference/norm';
import type { WeightReader } from '../reference/pass';
import type { Tensor } from '../request/contract';

export interface Model {
  readonly spec: ModelSpec;
  readonly weight: WeightReader;
}

/** Index of the last of `sites` with a value closer than `near` to a kink; -1 if none. */
export function lastKink(
  { spec, weight }: Model,
  sites: readonly Site[],
  captures: Readonly<Record<string, Tensor>>,
  near: number,
): number {
  const { attention, mlp, headAct } = spec;
  return sites.findLastIndex(({ name, kind, layer }) => {
    const { data, shape } = captures[name]!;
    const isNear = (kink: number) => data.some((x) => x !== kink && Math.abs(x - kink) < near);
    if (kind === 'mlp.hook_pre') return mlp.act === 'relu' && isNear(0);
    if (kind === 'pooler.hook_pre' || kind === 'mlm_head.hook_pre') return headAct === 'relu' && isNear(0);
    if (kind === 'attn.hook_q' || kind === 'attn.hook_k' || kind === 'attn.hook_v') {
      const most = attention.clipQkv;
      return most !== null && (isNear(most) || isNear(-most));
    }
    if (kind !== 'mlp.hook_expert_weights') return false;
    const { active, clamp } = expertsOf(spec, layer!)!;
    const [X, D] = [shape.at(-1)!, spec.dModel];
    const block = `blocks.${layer}`;
    const normalized = Float64Array.from(captures[`${block}.ln2.hook_normalized`]!.data);
    const x = weighted({ spec, weight }, `${block}.ln2`, normalized);
    const unclamped = { ...spec, experts: { ...spec.experts!, clamp: null } };
    return range(0, data.length / X).some((t) => {
      const own = data.slice(t * X, (t + 1) * X);
      const sorted = own.slice().sort().reverse();
      if (sorted[active - 1]! - (sorted[active] ?? 0) < near) return true;
      if (clamp === null) return false;
      return range(0, X).some((e) => {
        if (own[e]! < sorted[active - 1]!) return false;
        const of = hiddenOf({ spec: unclamped, weight }, layer!, e, x.subarray(t * D, (t + 1) * D));
        const isAt = (y: number) => Math.abs(Math.abs(y) - clamp) < near;
        return of.gate.some(isAt) || of.linear.some(isAt);
      });
    });
  });
}
