/** The places of a block at which the residual stream, or what is added to it, is read and written: all are [T, D]. */
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';

export const streamNames = ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out'] as const;
export type StreamName = (typeof streamNames)[number];

export const STREAM_TITLES: Readonly<Record<StreamName, string>> = {
  resid_pre: 'residual stream before the block',
  resid_mid: 'residual stream after attention',
  resid_post: 'residual stream after the block',
  attn_out: 'attention output',
  mlp_out: 'MLP output',
};

/** False for `resid_mid` where attention and MLP are parallel. */
export function hasStream(model: ModelSpec, name: StreamName): boolean {
  return name !== 'resid_mid' || !model.parallel;
}

/** Hook site of a place in block `layer`; the stream as the next reader sees it, where a norm stands on the stream. */
export function streamSite(model: ModelSpec, name: StreamName, layer: number): string {
  if (name === 'resid_post') return blockOutput(model, layer);
  if (name === 'resid_mid' && model.placement === 'post') return `blocks.${layer}.hook_normalized_resid_mid`;
  return `blocks.${layer}.hook_${name}`;
}
