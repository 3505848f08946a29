/**
 * A forward pass as stages, the unit in which rows become active. Each stage begins with a pair (resid, delta)
 * whose sum is the residual stream:
 *   stage 2l    resid_pre[l]  = resid_mid[l-1] + mlp_out[l-1]   then ln1 and attention   (l = 0: embed + pos_embed)
 *   stage 2l+1  resid_mid[l]  = resid_pre[l]   + attn_out[l]    then ln2 and the MLP
 *   stage 2L    resid_post[L-1] = resid_mid[L-1] + mlp_out[L-1] then ln_final and the unembedding
 * An edit of attn_out or mlp_out is an edit of a pair, so it belongs to the stage that the pair begins.
 */
import type { Site } from '../model/sites';
import type { ModelSpec } from '../model/spec';

/** Number of stages, 2L + 1. */
export function stageCount(spec: ModelSpec): number {
  return 2 * spec.nLayers + 1;
}

export function isAttentionStage(spec: ModelSpec, stage: number): boolean {
  return stage % 2 === 0 && stage < 2 * spec.nLayers;
}

/** Canonical keys of the tensors that meet at the start of a stage. */
export function stagePair(spec: ModelSpec, stage: number): { resid: string; delta: string; sum: string } {
  const sum = residualKey(spec, stage);
  if (stage === 0) return { resid: 'hook_embed', delta: 'hook_pos_embed', sum };
  const layer = Math.floor((stage - 1) / 2);
  const delta = stage % 2 === 1 ? `blocks.${layer}.hook_attn_out` : `blocks.${layer}.hook_mlp_out`;
  return { resid: residualKey(spec, stage - 1), delta, sum };
}

/** Canonical key of the residual stream at a stage. */
function residualKey(spec: ModelSpec, stage: number): string {
  if (stage === 2 * spec.nLayers) return `blocks.${spec.nLayers - 1}.hook_resid_post`;
  return `blocks.${Math.floor(stage / 2)}.${stage % 2 === 0 ? 'hook_resid_pre' : 'hook_resid_mid'}`;
}

/** The stage in which a site's tensor is made or first used; `key` is the site's canonical key. */
export function stageOf(spec: ModelSpec, site: Site): number {
  if (site.layer === null) {
    return site.kind === 'hook_embed' || site.kind === 'hook_pos_embed' || site.kind === 'hook_tokens'
      ? 0
      : 2 * spec.nLayers;
  }
  switch (site.kind) {
    case 'hook_resid_post':
    case 'hook_mlp_out':
      return 2 * site.layer + 2;
    case 'hook_attn_out':
    case 'hook_resid_mid':
    case 'hook_mlp_in':
    case 'ln2.hook_scale':
    case 'ln2.hook_normalized':
    case 'mlp.hook_pre':
    case 'mlp.hook_post':
      return 2 * site.layer + 1;
    default:
      return 2 * site.layer;
  }
}
