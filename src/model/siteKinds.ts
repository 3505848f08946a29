/** The kinds of hook sites, with the axes of their tensors. */

/**
 * One letter per axis, see `spec.ts`. '1' is an axis of size one, 'S' the key positions (T of
 * them), 'Q' and 'E' the columns of all query heads and all key-value heads in one row (H*K and
 * G*K).
 */
export type Axis = 'T' | 'S' | 'H' | 'G' | 'D' | 'K' | 'M' | 'V' | 'X' | 'A' | 'Q' | 'E' | '1';

/**
 * Every kind of site in a block. `blockKinds` in `sites.ts` selects and orders those of a model.
 */
export const BLOCK_AXES = {
  hook_resid_pre: ['T', 'D'],
  hook_attn_in: ['T', 'H', 'D'],
  hook_q_input: ['T', 'H', 'D'],
  hook_k_input: ['T', 'G', 'D'],
  hook_v_input: ['T', 'G', 'D'],
  'ln1.hook_scale': ['T', '1'],
  'ln1.hook_normalized': ['T', 'D'],
  'attn.hook_q': ['T', 'H', 'K'],
  'attn.hook_k': ['T', 'G', 'K'],
  'attn.hook_v': ['T', 'G', 'K'],
  'attn.q_norm.hook_scale': ['T', 'H', '1'],
  'attn.q_norm.hook_normalized': ['T', 'H', 'K'],
  'attn.k_norm.hook_scale': ['T', 'G', '1'],
  'attn.k_norm.hook_normalized': ['T', 'G', 'K'],
  'attn.hook_rot_q': ['T', 'H', 'K'],
  'attn.hook_rot_k': ['T', 'G', 'K'],
  'attn.hook_attn_scores': ['H', 'T', 'S'],
  'attn.hook_pattern': ['H', 'T', 'S'],
  'attn.hook_z': ['T', 'H', 'K'],
  'attn.hook_result': ['T', 'H', 'D'],
  'ln1_post.hook_scale': ['T', '1'],
  'ln1_post.hook_normalized': ['T', 'D'],
  hook_attn_out: ['T', 'D'],
  hook_resid_mid: ['T', 'D'],
  hook_normalized_resid_mid: ['T', 'D'],
  hook_mlp_in: ['T', 'D'],
  'ln2.hook_scale': ['T', '1'],
  'ln2.hook_normalized': ['T', 'D'],
  'mlp.hook_pre': ['T', 'M'],
  'mlp.hook_pre_linear': ['T', 'M'],
  'mlp.hook_post': ['T', 'M'],
  'mlp.hook_router_logits': ['T', 'X'],
  'mlp.hook_expert_weights': ['T', 'X'],
  'mlp.hook_expert_indices': ['T', 'A'],
  'ln2_post.hook_scale': ['T', '1'],
  'ln2_post.hook_normalized': ['T', 'D'],
  hook_mlp_out: ['T', 'D'],
  hook_resid_post: ['T', 'D'],
  hook_normalized_resid_post: ['T', 'D'],
} as const satisfies Record<string, readonly Axis[]>;

export const OUTER_AXES = {
  hook_tokens: ['T'],
  hook_embed: ['T', 'D'],
  hook_pos_embed: ['T', 'D'],
  hook_token_type_embed: ['T', 'D'],
  'embed.ln.hook_scale': ['T', '1'],
  'embed.ln.hook_normalized': ['T', 'D'],
  'ln_final.hook_scale': ['T', '1'],
  'ln_final.hook_normalized': ['T', 'D'],
  'mlm_head.hook_pre': ['T', 'D'],
  'mlm_head.hook_post': ['T', 'D'],
  'mlm_head.ln.hook_scale': ['T', '1'],
  'mlm_head.ln.hook_normalized': ['T', 'D'],
  'pooler.hook_pre': ['T', 'D'],
  'pooler.hook_pooler_out': ['T', 'D'],
  'unembed.hook_in': ['T', 'D'],
  'unembed.hook_out': ['T', 'V'],
} as const satisfies Record<string, readonly Axis[]>;

/** Site of a model's logits, one row of [V] for each position. */
export const LOGITS = 'unembed.hook_out' satisfies keyof typeof OUTER_AXES;

export type BlockSiteKind = keyof typeof BLOCK_AXES;
export type OuterSiteKind = keyof typeof OUTER_AXES;
export type SiteKind = BlockSiteKind | OuterSiteKind;

export interface Site {
  /** Full name, e.g. 'blocks.3.attn.hook_z'. */
  readonly name: string;
  /** Name without the block prefix, e.g. 'attn.hook_z'. */
  readonly kind: SiteKind;
  /** Block index, or null for sites outside the blocks. */
  readonly layer: number | null;
  /** Axes as captured, e.g. ['T','H','K']; scores and pattern are ['H','T','S']. */
  readonly axes: readonly Axis[];
}

/** Whether a site holds numbers that have derivatives; the others hold choices. */
export const isContinuous = ({ kind }: Pick<Site, 'kind'>): boolean =>
  kind !== 'hook_tokens' && kind !== 'mlp.hook_expert_indices';

/** Divides a site's tensor into rows (one per position) of `heads` groups of `perHead` columns. */
export interface RowLayout {
  /** Heads in a row; 1 if the site has no head axis. */
  readonly heads: number;
  /** Columns per head; the whole width if the site has no head axis. */
  readonly perHead: number;
}
