/**
 * What a model is, in numbers and choices. Nothing here is implied: everything that a plan, a kernel, the float64
 * reference, an export or a picture needs to know of an architecture is a field of `ModelSpec`, and no code outside
 * `families/` asks for the family's name.
 *
 * Dimension letters, fixed in every shape comment, docstring and shader header:
 *   B runs (batch)   T positions   L layers   H heads   G key-value heads   D d_model   K d_head   M d_mlp
 *   V vocabulary
 *   R rows: the (run, position) pairs that one dispatch works on; R = B*T when nothing is reused.
 */

/** A norm's arithmetic: y = normalized * (weight + shift) + bias. Nobody reads it where there are no norms. */
export interface NormSpec {
  /** 'layer': (x - mean) / sqrt(var + eps). 'rms': x / sqrt(mean(x^2) + eps). */
  readonly kind: 'layer' | 'rms';
  /** Inside the square root; e.g. 1e-5. */
  readonly eps: number;
  /** False for norms without parameters (OLMo). */
  readonly hasWeight: boolean;
  readonly hasBias: boolean;
  /** Added to the weight: 1 for Gemma, else 0. */
  readonly shift: 0 | 1;
}

/**
 * Where the norms of a block stand:
 *  'pre'         x + attn(ln1(x)); the usual one (GPT-2, Llama).
 *  'sandwich'    x + ln1_post(attn(ln1(x))) (Gemma 2, Gemma 3).
 *  'branch-end'  x + ln1(attn(x)) (OLMo-2).
 *  'post'        ln1(x + attn(x)) (BERT); the norm's output is the residual stream.
 *  'none'        x + attn(x); there are no norms (weights set by hand).
 */
export type NormPlacement = 'pre' | 'sandwich' | 'branch-end' | 'post' | 'none';

/** Rotation angles of one kind of layer: position t turns pair i by t * inverseFrequencies[i]. */
export interface RotaryTable {
  /** `dims / 2` numbers, float64; frequency scaling (linear, llama3, yarn) is already in them. */
  readonly inverseFrequencies: readonly number[];
  /** Factor on cos and sin; 1 except for yarn. */
  readonly magnitude: number;
}

export type PositionSpec =
  /** A table, row `position + offset`; offset is 2 for OPT, else 0. */
  { readonly kind: 'learned'; readonly offset: number } | RotaryPositions;

/** The first `dims` columns of a head's queries and keys turn, in pairs. `tables[tableOfLayer[l]]` is block l's. */
export interface RotaryPositions {
  readonly kind: 'rotary';
  readonly dims: number;
  /** Pair i is columns (i, i + dims/2) or, for neighbours (GPT-J, Cohere), (2i, 2i + 1). */
  readonly pairs: 'halves' | 'neighbours';
  readonly tables: readonly RotaryTable[];
  /** null: queries and keys of that block do not turn (every fourth block of SmolLM3). */
  readonly tableOfLayer: readonly (number | null)[];
}

export interface AttentionSpec {
  /** False for encoders: every position sees every other. */
  readonly causal: boolean;
  /** Factor on q.k, e.g. 1 / sqrt(K); 1 for GPT-Neo. */
  readonly scale: number;
  /** Scores become softcap * tanh(score / softcap); null for none (Gemma 2: 50). */
  readonly softcap: number | null;
  /** Per block: a query sees key j only if position - j < window; null sees all. */
  readonly windows: readonly (number | null)[];
  /** RMS norm of queries and keys before rotation: over each head's K columns, or over all heads' columns at once. */
  readonly qkNorm: 'none' | 'head' | 'full';
  /** Queries, keys and values become min(max(x, -clipQkv), clipQkv) right after their projection; null for none (OLMo 7B: 8). */
  readonly clipQkv: number | null;
}

/**
 * 'gelu_new': tanh approximation (gelu_pytorch_tanh is the same). 'gelu': with erf.
 * 'silu': x * sigmoid(x). 'relu'. 'quick_gelu': x * sigmoid(1.702 x).
 */
export type ActivationName = 'gelu_new' | 'gelu' | 'silu' | 'relu' | 'quick_gelu';

export interface ModelSpec {
  /** Hugging Face's `model_type`, e.g. 'gpt2'; for people, messages and documents. */
  readonly family: string;
  /** L, e.g. 6. */
  readonly nLayers: number;
  /** H, e.g. 4. */
  readonly nHeads: number;
  /** G: key-value heads; H is a multiple of it. Query head h reads key-value head floor(h * G / H). */
  readonly nKvHeads: number;
  /** D, e.g. 128. */
  readonly dModel: number;
  /** K, e.g. 32; H * K need not be D. */
  readonly dHead: number;
  /** M, e.g. 512; 0 for attention-only blocks, which have no MLP: the stream after attention leaves the block. */
  readonly dMlp: number;
  /** Longest T, e.g. 64. */
  readonly nCtx: number;
  /** V, e.g. 1664; 0 for a model without a language head (see `head`). */
  readonly dVocab: number;

  /** Rows of the embedding table; V where there is a head. */
  readonly nEmbeddings: number;
  /** hook_embed = embedScale * row of W_E; sqrt(D) for Gemma, else 1. */
  readonly embedScale: number;
  readonly positions: PositionSpec;
  /** Rows of the token-type table (BERT: 2, every position has type 0); 0 for none. */
  readonly nTokenTypes: number;
  /** The sum of the embeddings is normalised before block 0 (BERT). */
  readonly embedNorm: boolean;

  readonly norm: NormSpec;
  readonly placement: NormPlacement;
  /** Attention and MLP both read resid_pre (NeoX, Phi); there is no resid_mid. Only with placement 'pre'. */
  readonly parallel: boolean;
  /**
   * Factor on what attention and MLP add to the stream: hook_result, hook_attn_out and hook_mlp_out are after it
   * (Granite's residual_multiplier); else 1. Only with placement 'pre'.
   */
  readonly residScale: number;
  readonly attention: AttentionSpec;
  /** `gated`: post = act(x W_gate) * (x W_in), else post = act(x W_in). */
  readonly mlp: { readonly act: ActivationName; readonly gated: boolean };
  /** Which products have a bias: queries, keys and values; the attention's output; the MLP; the unembedding. */
  readonly bias: {
    readonly qkv: boolean;
    readonly o: boolean;
    readonly mlp: boolean;
    readonly unembed: boolean;
  };

  /** A norm before the unembedding. */
  readonly finalNorm: boolean;
  /**
   * 'lm': logits = final W_U + b_U. 'mlm': final -> dense, activation, norm, then W_U (BERT). 'none': no logits
   * (sentence encoders): activations can be read and written, but there is no answer.
   */
  readonly head: 'lm' | 'mlm' | 'none';
  /** The unembedding is the embedding table. */
  readonly tied: boolean;
  /** Factor on the logits, biases included, before any cap (Granite, Cohere); else 1. */
  readonly logitScale: number;
  /** Logits become softcap * tanh(logit / softcap); null for none (Gemma 2: 30). */
  readonly logitSoftcap: number | null;
  /** How matrices are stored: 'in-out' [in, out] (GPT-2), 'out-in' [out, in] (all others). */
  readonly orientation: 'in-out' | 'out-in';
}

/** Number of the rotary table by which block l turns queries and keys; null where they do not turn. */
export function rotaryTableOf({ positions }: ModelSpec, l: number): number | null {
  return positions.kind === 'rotary' ? (positions.tableOfLayer[l] ?? null) : null;
}

/** Columns of one row of queries, keys and values side by side: (H + 2 G) K. */
export function qkvWidth({ nHeads: H, nKvHeads: G, dHead: K }: ModelSpec): number {
  return (H + 2 * G) * K;
}

/** Columns [begin, begin + width) of queries, keys or values within a row of `qkvWidth`. */
export function branchColumns(spec: ModelSpec, branch: 'q' | 'k' | 'v'): { begin: number; width: number } {
  const { nHeads: H, nKvHeads: G, dHead: K } = spec;
  if (branch === 'q') return { begin: 0, width: H * K };
  return { begin: (branch === 'k' ? H : H + G) * K, width: G * K };
}

/** Heads of a branch: H for queries, G for keys and values. */
export function branchHeads(spec: ModelSpec, branch: 'q' | 'k' | 'v'): number {
  return branch === 'q' ? spec.nHeads : spec.nKvHeads;
}

/** A checkpoint tensor that fills some rows of a weight. */
export interface WeightPart {
  /** Names under which a checkpoint may hold it, first match wins. */
  readonly sources: readonly string[];
  /** As the checkpoint stores it. */
  readonly shape: readonly number[];
  /** Where row `row` of the tensor goes among the part's rows; absent: rows keep their order. */
  readonly place?: (row: number) => number;
}

/** One weight as the forward pass reads it; TransformerLens's words. */
export interface WeightSlot {
  /** e.g. 'blocks.3.attn.W_QKV'; the list is in `families/slots.ts`. */
  readonly name: string;
  /** Matrices as `ModelSpec.orientation` says; tables [rows, D]; vectors [n]. */
  readonly shape: readonly number[];
  /** Stacked along the first axis, in order; one for most weights. */
  readonly parts: readonly WeightPart[];
  /** 'matrix' and 'table' may be kept as packed halves and may be cut into chunks of rows; a 'vector' never is. */
  readonly role: 'matrix' | 'table' | 'vector';
}
