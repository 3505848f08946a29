/**
 * A model in numbers and choices. Nothing is implied: everything that a plan, a kernel, the float64
 * reference, an export or a picture needs to know of an architecture is a field of `ModelSpec`. No
 * code outside `families/` checks the family's name.
 *
 * Dimension letters, used in every shape comment, docstring and shader header:
 *   B runs (batch)   T positions   L layers   H heads   G key-value heads   D d_model   K d_head   M d_mlp
 *   V vocabulary, or the classes of a 'classes' head   X experts   A active experts of one position
 *   R rows: the (run, position) pairs of one dispatch; R = B*T if nothing is reused.
 */

/**
 * A norm's arithmetic: y = normalized * (weight + shift) + bias. Unused in models without norms.
 */
export interface NormSpec {
  /** 'layer': (x - mean) / sqrt(var + eps). 'rms': x / sqrt(mean(x^2) + eps). */
  readonly kind: 'layer' | 'rms';
  /** Inside the square root; e.g. 1e-5. */
  readonly eps: number;
  /** False for norms without parameters (OLMo). */
  readonly hasWeight: boolean;
  readonly hasBias: boolean;
  /** Added to the weight; 1 for Gemma, otherwise 0. */
  readonly shift: 0 | 1;
}

/**
 * Where a block's norms are:
 *  'pre'         x + attn(ln1(x)); the usual one (GPT-2, Llama).
 *  'sandwich'    x + ln1_post(attn(ln1(x))) (Gemma 2, Gemma 3).
 *  'branch-end'  x + ln1(attn(x)) (OLMo-2).
 *  'post'        ln1(x + attn(x)) (BERT); the norm's output is the residual stream.
 *  'none'        x + attn(x); no norms (weights set by hand).
 */
export type NormPlacement = 'pre' | 'sandwich' | 'branch-end' | 'post' | 'none';

/** Rotation angles of one kind of layer: position t rotates pair i by t * inverseFrequencies[i]. */
export interface RotaryTable {
  /**
   * `dims / 2` numbers, float64, with frequency scaling (linear, llama3, yarn, longrope) applied.
   */
  readonly inverseFrequencies: readonly number[];
  /** Factor on cos and sin; 1 except for yarn and longrope. */
  readonly magnitude: number;
  /** Longrope: a run with any position >= `length` rotates all its positions by these instead. */
  readonly beyond?: { readonly length: number; readonly inverseFrequencies: readonly number[] };
}

/** Whether a run with these positions uses the table's `beyond` frequencies. */
export function isBeyond({ beyond }: RotaryTable, positions: readonly number[]): boolean {
  return beyond !== undefined && positions.some((position) => position >= beyond.length);
}

export type PositionSpec =
  /**
   * A position table; position p uses row p + offset. The offset is 2 for OPT and RoBERTa,
   * otherwise 0. `padding`: a token without a position (RoBERTa), which runs must not contain; null
   * if every token has one.
   */
  { readonly kind: 'learned'; readonly offset: number; readonly padding: number | null } | RotaryPositions;

/**
 * Rotates the first `dims` columns of a head's queries and keys in pairs. Block l uses
 * `tables[tableOfLayer[l]]`.
 */
export interface RotaryPositions {
  readonly kind: 'rotary';
  readonly dims: number;
  /** Pair i is columns (i, i + dims/2) or, for neighbours (GPT-J, Cohere), (2i, 2i + 1). */
  readonly pairs: 'halves' | 'neighbours';
  readonly tables: readonly RotaryTable[];
  /** null: the block does not rotate queries and keys (every fourth block of SmolLM3). */
  readonly tableOfLayer: readonly (number | null)[];
}

export interface AttentionSpec {
  /** False for encoders: attention is bidirectional. */
  readonly causal: boolean;
  /** Factor on q.k, e.g. 1 / sqrt(K); 1 for GPT-Neo. */
  readonly scale: number;
  /** Scores become softcap * tanh(score / softcap); null for none (Gemma 2: 50). */
  readonly softcap: number | null;
  /** Per block: a query sees key j only if position - j < window; null: no window. */
  readonly windows: readonly (number | null)[];
  /**
   * RMS norm of queries and keys before rotation: over each head's K columns, or over the columns
   * of all heads.
   */
  readonly qkNorm: 'none' | 'head' | 'full';
  /**
   * Queries, keys and values become min(max(x, -clipQkv), clipQkv) right after their projection;
   * null for none (OLMo 7B: 8).
   */
  readonly clipQkv: number | null;
  /**
   * Every head has an extra score, the same for all queries; its share of the pattern goes to no
   * key (gpt-oss).
   */
  readonly sinks: boolean;
}

/**
 * 'gelu_new': tanh approximation (gelu_pytorch_tanh is the same). 'gelu': with erf.
 * 'silu': x * sigmoid(x). 'relu'. 'quick_gelu': x * sigmoid(1.702 x). 'tanh'.
 */
export type ActivationName = 'gelu_new' | 'gelu' | 'silu' | 'relu' | 'quick_gelu' | 'tanh';

/**
 * Blocks whose MLP is a mixture of experts (Shazeer et al. 2017). At each position a router weighs
 * X gated MLPs by a softmax, and the A with the largest weights are computed. Ties go to the lower
 * index.
 */
export interface ExpertsSpec {
  /** X, e.g. 8. */
  readonly count: number;
  /** A, e.g. 2. */
  readonly active: number;
  /** Columns of one expert's hidden layer; `dMlp` is the width in blocks without experts. */
  readonly width: number;
  /** Whether the chosen experts' weights are divided by their sum. */
  readonly renormalised: boolean;
  /** Per block: whether it has experts. */
  readonly layers: readonly boolean[];
  /** Router and experts have biases (gpt-oss). */
  readonly bias: boolean;
  /**
   * post = act(min(gate, clamp)) * (min(max(linear, -clamp), clamp) + 1); null: the usual product
   * (gpt-oss: 7).
   */
  readonly clamp: number | null;
  /**
   * How the matrices are stored. 'each': one by one, [out, in]. 'stacked': all experts in one
   * tensor, [X, in, out], with interleaved columns of gate and linear part (gpt-oss).
   */
  readonly stored: 'each' | 'stacked';
}

export interface ModelSpec {
  /** Hugging Face's `model_type`, e.g. 'gpt2'; for people and documents, never branched on. */
  readonly family: string;
  /** L, e.g. 6. */
  readonly nLayers: number;
  /** H, e.g. 4. */
  readonly nHeads: number;
  /** G: key-value heads, a divisor of H. Query head h reads key-value head floor(h * G / H). */
  readonly nKvHeads: number;
  /** D, e.g. 128. */
  readonly dModel: number;
  /** K, e.g. 32; H * K need not be D. */
  readonly dHead: number;
  /** M, e.g. 512; 0 for attention-only blocks: the stream after attention leaves the block. */
  readonly dMlp: number;
  /** Longest T, e.g. 64. */
  readonly nCtx: number;
  /** V, e.g. 1664: tokens, or the classes of a 'classes' head; 0 without logits (see `head`). */
  readonly dVocab: number;

  /** Rows of the embedding table; V if the head predicts tokens. */
  readonly nEmbeddings: number;
  /** hook_embed = embedScale * row of W_E; sqrt(D) for Gemma, else 1. */
  readonly embedScale: number;
  readonly positions: PositionSpec;
  /** Rows of the token-type table (BERT: 2; every position has type 0); 0 for none. */
  readonly nTokenTypes: number;
  /** The sum of the embeddings is normalised before block 0 (BERT). */
  readonly embedNorm: boolean;

  readonly norm: NormSpec;
  readonly placement: NormPlacement;
  /** Attention and MLP both read resid_pre (NeoX, Phi), without resid_mid. Only for 'pre'. */
  readonly parallel: boolean;
  /**
   * Factor on the outputs of attention and MLP; hook_result, hook_attn_out and hook_mlp_out include
   * it (Granite's residual_multiplier). Otherwise 1. Only with placement 'pre'.
   */
  readonly residScale: number;
  readonly attention: AttentionSpec;
  /** `gated`: post = act(x W_gate) * (x W_in), else post = act(x W_in). */
  readonly mlp: { readonly act: ActivationName; readonly gated: boolean };
  /** Null if every MLP is described by `mlp`. */
  readonly experts: ExpertsSpec | null;
  /** Products with a bias: queries, keys and values; attention's output; MLP; unembedding. */
  readonly bias: {
    readonly qkv: boolean;
    readonly o: boolean;
    readonly mlp: boolean;
    readonly unembed: boolean;
  };

  /** Whether a norm precedes the unembedding. */
  readonly finalNorm: boolean;
  /**
   * 'lm': logits = final W_U + b_U. 'mlm': final -> dense, activation, norm, then W_U (BERT).
   * 'classes': final -> dense, activation, then W_U, whose V columns are classes. The model itself
   * reads only the first position; here any position can be computed. 'none': no logits (sentence
   * encoders): activations can be read and written, but there is no answer.
   */
  readonly head: 'lm' | 'mlm' | 'classes' | 'none';
  /** Activation of the dense layer in an 'mlm' or 'classes' head; unused elsewhere. */
  readonly headAct: ActivationName;
  /** Names of the V classes of a 'classes' head; empty elsewhere. */
  readonly classes: readonly string[];
  /** Whether the unembedding is the embedding table. */
  readonly tied: boolean;
  /** Factor on the logits, biases included, before any cap (Granite, Cohere); otherwise 1. */
  readonly logitScale: number;
  /** Logits become softcap * tanh(logit / softcap); null for none (Gemma 2: 30). */
  readonly logitSoftcap: number | null;
  /** How matrices are stored: 'in-out' [in, out] (GPT-2), 'out-in' [out, in] (all others). */
  readonly orientation: 'in-out' | 'out-in';
}

/** Index of block l's rotary table; null if the block does not rotate. */
export function rotaryTableOf({ positions }: ModelSpec, l: number): number | null {
  return positions.kind === 'rotary' ? (positions.tableOfLayer[l] ?? null) : null;
}

/** The experts of block `layer`; null if it has none. */
export function expertsOf({ experts }: ModelSpec, layer: number): ExpertsSpec | null {
  return experts?.layers[layer] ? experts : null;
}

/** Columns of a row of queries, keys and values side by side: (H + 2 G) K. */
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
  /** Rows [begin, end) of the tensor, if other weights use the rest; absent: all rows. */
  readonly taken?: readonly [begin: number, end: number];
  /** Where row `row` of the part goes among the part's rows; absent: order unchanged. */
  readonly place?: (row: number) => number;
}

/** One weight as the forward pass reads it, with TransformerLens's name. */
export interface WeightSlot {
  /** e.g. 'blocks.3.attn.W_QKV'; the list is in `families/slots.ts`. */
  readonly name: string;
  /** Matrices follow `ModelSpec.orientation`; tables [rows, D]; vectors [n]. */
  readonly shape: readonly number[];
  /** Stacked along the first axis, in order; most weights have one. */
  readonly parts: readonly WeightPart[];
  /** A 'matrix' or 'table' may be packed halves and split into chunks of rows; a 'vector' not. */
  readonly role: 'matrix' | 'table' | 'vector';
}
