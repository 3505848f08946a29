/** A masked attention score in every engine: finite, since WGSL promises nothing about infinities. */
export const MASKED_SCORE = -1e30;

/** Scores up to this are masked, whatever was added to them. */
export const CLOSED = MASKED_SCORE / 10;
