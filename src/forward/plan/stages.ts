/**
 * A forward pass as stages, the unit in which rows become active. Each stage begins with the
 * residual stream and what the previous stage added to it:
 *   stage 2l    the stream after block l-1's attention, + mlp_out[l-1], then attention   (l = 0: the embeddings)
 *   stage 2l+1  the stream that block l's attention read, + attn_out[l], then the MLP
 *   stage 2L    the stream after the last attention, + mlp_out[L-1], then the unembedding
 * An edit of attn_out or mlp_out edits such a pair, so it belongs to the stage that begins with the
 * pair. With norm placement 'post' (BERT) the sum is normalised before it becomes the stream. In a
 * parallel block the MLP reads the stream without attn_out, which is added afterwards. In
 * attention-only blocks stage 2l+1 is empty, and stage 2l+2 begins with the pair (stream,
 * attn_out[l]).
 */
import type { Site } from '../../model/siteKinds';
import { findSite } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { minOf } from '../../util/lists';

/** Number of stages, 2L + 1. */
export function stageCount(spec: ModelSpec): number {
  return 2 * spec.nLayers + 1;
}

export function isAttentionStage(spec: ModelSpec, stage: number): boolean {
  return stage % 2 === 0 && stage < 2 * spec.nLayers;
}

/** True for the MLP's stage in an attention-only block. */
export function isEmptyStage(spec: ModelSpec, stage: number): boolean {
  return spec.dMlp === 0 && stage % 2 === 1;
}

/** Canonical keys of the tensors that are added at the start of a stage. */
export interface StagePair {
  readonly resid: string;
  /** The addends, in order: none, one, or several for embeddings. */
  readonly deltas: readonly string[];
  /** The sum: a hook site, except in a parallel block and for embeddings that are normalised. */
  readonly sum: string;
}

export function stagePair(spec: ModelSpec, stage: number): StagePair {
  if (stage === 0) {
    const deltas: string[] = [];
    if (spec.positions.kind === 'learned') deltas.push('hook_pos_embed');
    if (spec.nTokenTypes > 0) deltas.push('hook_token_type_embed');
    return { resid: 'hook_embed', deltas, sum: spec.embedNorm ? 'embed.sum' : 'blocks.0.hook_resid_pre' };
  }
  const layer = Math.floor((stage - 1) / 2);
  const block = `blocks.${layer}`;
  if (stage % 2 === 1) {
    const sum = spec.parallel ? `${block}.resid_and_attn` : `${block}.hook_resid_mid`;
    return { resid: `${block}.hook_resid_pre`, deltas: [`${block}.hook_attn_out`], sum };
  }
  const isPost = spec.placement === 'post';
  const isLast = layer === spec.nLayers - 1;
  const leaving = isPost || isLast ? `${block}.hook_resid_post` : `blocks.${layer + 1}.hook_resid_pre`;
  if (spec.dMlp === 0) {
    const { resid, deltas } = stagePair(spec, stage - 1);
    return { resid, deltas, sum: leaving };
  }
  const resid = isPost ? `${block}.hook_normalized_resid_mid` : stagePair(spec, stage - 1).sum;
  return { resid, deltas: [`${block}.hook_mlp_out`], sum: leaving };
}

/** Cached by site: a model's sites are made once and looked up for every edit. */
const stages = new WeakMap<Site, { readonly spec: ModelSpec; readonly stage: number }>();

/** The stage that makes or first uses a site's tensor. */
export function stageOf(spec: ModelSpec, site: Site): number {
  const known = stages.get(site);
  if (known?.spec === spec) return known.stage;
  const stage = findStage(spec, site);
  stages.set(site, { spec, stage });
  return stage;
}

function findStage(spec: ModelSpec, site: Site): number {
  const { kind, layer } = site;
  if (layer === null) {
    return kind.startsWith('hook_') || kind.startsWith('embed.') ? 0 : 2 * spec.nLayers;
  }
  const isPost = spec.placement === 'post';
  if (kind === 'hook_resid_post' || kind === 'hook_mlp_out' || kind === 'hook_normalized_resid_post') {
    return 2 * layer + 2;
  }
  if (kind.startsWith('ln2.')) return 2 * layer + (isPost ? 2 : 1);
  if (kind.startsWith('ln1.')) return 2 * layer + (isPost ? 1 : 0);
  if (kind === 'hook_attn_out') return 2 * layer + (spec.dMlp === 0 ? 2 : 1);
  const isOfMlp =
    kind === 'hook_resid_mid' ||
    kind === 'hook_normalized_resid_mid' ||
    kind === 'hook_mlp_in' ||
    kind.startsWith('ln2_post.') ||
    kind.startsWith('mlp.');
  return 2 * layer + (isOfMlp ? 1 : 0);
}

/**
 * The first block through which a backward pass must go for the gradients of these sites; -1: to the
 * embeddings, which are before block 0.
 */
export function firstBlockOf(spec: ModelSpec, all: readonly { readonly key: string }[]): number {
  return minOf(
    all.map(({ key }) => {
      const site = findSite(spec, key);
      return site.layer ?? (stageOf(spec, site) === 0 ? -1 : spec.nLayers);
    }),
    spec.nLayers,
  );
}

/**
 * Whether a site's tensor is made by its block's attention or later, after unneeded queries have
 * been dropped.
 */
export function isFromQueries(spec: ModelSpec, site: Site): boolean {
  const { kind } = site;
  if (kind.startsWith('ln1.')) return spec.placement === 'branch-end';
  return (
    kind.startsWith('ln1_post.') ||
    kind === 'attn.hook_attn_scores' ||
    kind === 'attn.hook_pattern' ||
    kind === 'attn.hook_z' ||
    kind === 'attn.hook_result'
  );
}

/** Whether a site has only needed rows: it is made at or after the last block's attention. */
export function isAfterLastAttention(spec: ModelSpec, site: Site): boolean {
  const stage = stageOf(spec, site);
  if (stage > 2 * (spec.nLayers - 1)) return true;
  return site.layer === spec.nLayers - 1 && isFromQueries(spec, site);
}
