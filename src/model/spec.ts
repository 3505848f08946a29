/**
 * What a model is, in numbers. Nothing here is implied: every size that a plan, a kernel or a
 * picture needs is a field of `ModelSpec`.
 *
 * Dimension letters, fixed in every shape comment, docstring and shader header:
 *   B runs (batch)   T positions   L layers   H heads   D d_model   K d_head   M d_mlp   V vocabulary
 *   R rows: the (run, position) pairs that one dispatch works on; R = B*T when nothing is reused.
 */
export interface ModelSpec {
  /** Architecture family, the name of a file in `families/`; e.g. 'gpt2'. */
  readonly family: 'gpt2';
  /** L, e.g. 6. */
  readonly nLayers: number;
  /** H, e.g. 4. */
  readonly nHeads: number;
  /** D, e.g. 128. */
  readonly dModel: number;
  /** K = D / H, e.g. 32. */
  readonly dHead: number;
  /** M, e.g. 512. */
  readonly dMlp: number;
  /** Longest T, e.g. 64. */
  readonly nCtx: number;
  /** V, e.g. 1664. */
  readonly dVocab: number;
  /** LayerNorm's epsilon, inside the square root; e.g. 1e-5. */
  readonly lnEps: number;
}

/** Canonical name of one weight tensor; TransformerLens's words, Hugging Face's orientation ([in, out]). */
export interface WeightSlot {
  /** e.g. 'blocks.3.attn.W_QKV'. */
  readonly name: string;
  /** Names under which a checkpoint may hold it, first match wins. */
  readonly sources: readonly string[];
  readonly shape: readonly number[];
}
