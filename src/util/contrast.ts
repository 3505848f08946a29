/** Contrasts two distributions of the same next token. */

export interface Contrast {
  /** How strongly logits are pushed away from the counterfactual's; 0: not at all. */
  readonly gamma: number;
  /**
   * Drops tokens less likely than this share of the most likely one. In (0, 1]; 1 keeps only the
   * most likely. Default 0.1.
   */
  readonly epsilon?: number;
}

/**
 * Contrastive logits of two decodes in lockstep, [V]: (1 + gamma) l - gamma l_cf; -Infinity where
 * l < max(l) + ln(epsilon). Zhou et al., CausalMM (ICLR 2025).
 */
export function contrastLogits(
  factual: ArrayLike<number>,
  counterfactual: ArrayLike<number>,
  { gamma, epsilon = 0.1 }: Contrast,
): Float64Array {
  let max = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < factual.length; id++) max = Math.max(max, factual[id]!);
  const limit = max + Math.log(epsilon);
  return Float64Array.from(factual, (l, id) =>
    l < limit ? -Infinity : (1 + gamma) * l - gamma * counterfactual[id]!,
  );
}
