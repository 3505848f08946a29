/**
 * From logits to the next token, as in Hugging Face's `generate`, in its order (temperature, top-k,
 * top-p), in float64, with random numbers that are a pure function of (seed, sequence, step).
 *
 * Source of the filters: `TemperatureLogitsWarper`, `TopKLogitsWarper` and `TopPLogitsWarper` in
 * transformers/generation/logits_process.py. They compute in float32, so a token whose share is
 * within a float32 rounding of a limit may be kept by one and dropped by the other. Unlike theirs,
 * an absent filter is off (their default top-k is 50).
 */
import { softmax } from '../util/distribution';
import { largestIds } from '../util/largest';
import { uniformAt } from '../util/philox';

export interface RandomSampling {
  /** Divides the logits; above 0. Default 1. */
  readonly temperature?: number;
  /** Only the k most likely tokens, plus ties with the last of them; at least 1. Default: all. */
  readonly topK?: number;
  /** Only the most likely tokens that together have probability p; in (0, 1]. Default: all. */
  readonly topP?: number;
  /** An integer in [0, 2^32). */
  readonly seed: number;
}

/** 'greedy': the token with the largest logit; ties go to the first. */
export type Sampling = 'greedy' | RandomSampling;

export interface Choice {
  readonly id: number;
  /** Probability with which the sampler chose it; 1 when greedy. */
  readonly drawn: number;
}

/** @throws Error that names the field and its range. */
export function checkSampling(sampling: Sampling): void {
  if (sampling === 'greedy') return;
  const { temperature = 1, topK = 1, topP = 1, seed } = sampling;
  const refuse = (field: string, got: unknown, expected: string): never => {
    throw new Error(`generate: ${field} out of range, got ${got}, expected ${expected}.`);
  };
  if (!(Number.isFinite(temperature) && temperature > 0))
    refuse('temperature', temperature, 'a number above 0. Greedy is a separate choice');
  if (!(Number.isInteger(topK) && topK >= 1)) refuse('top-k', topK, 'an integer of at least 1');
  if (!(topP > 0 && topP <= 1)) refuse('top-p', topP, 'a number above 0 and at most 1');
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32))
    refuse('seed', seed, 'an integer from 0 to 4294967295');
}

/** The next token of a sequence, logits [V]. `step` counts its sampled tokens from 0. */
export function chooseToken(
  logits: ArrayLike<number>,
  sampling: Sampling,
  sequence: number,
  step: number,
): Choice {
  if (sampling === 'greedy') return { id: argmax(logits), drawn: 1 };
  const probabilities = softmax(filterLogits(logits, sampling));
  const id = draw(probabilities, uniformAt(sampling.seed, sequence, step));
  return { id, drawn: probabilities[id]! };
}

/** Logits [V] divided by the temperature; -Infinity for the tokens that top-k and top-p drop. */
export function filterLogits(
  logits: ArrayLike<number>,
  { temperature = 1, topK, topP = 1 }: Omit<RandomSampling, 'seed'>,
): Float64Array {
  const scaled = Float64Array.from(logits, (x) => x / temperature);
  const kept = topK === undefined || topK >= scaled.length ? scaled : keepTopK(scaled, topK);
  return topP < 1 ? keepTopP(kept, topP) : kept;
}

/** Drops tokens below the k-th largest; ties with it stay. */
function keepTopK(logits: Float64Array, k: number): Float64Array {
  const limit = logits[largestIds(logits, k).at(-1)!]!;
  return logits.map((x) => (x < limit ? -Infinity : x));
}

/**
 * Drops the least likely tokens (of ties the smaller id first) while their sum is at most 1 - p;
 * the most likely token always stays.
 */
function keepTopP(logits: Float64Array, p: number): Float64Array {
  const probabilities = softmax(logits);
  const out = logits.slice();
  // Tokens dropped by top-k have no share.
  const ascending = [...logits.keys()]
    .filter((id) => logits[id]! > -Infinity)
    .sort((a, b) => logits[a]! - logits[b]! || a - b);
  let below = 0;
  for (const id of ascending.slice(0, -1)) {
    below += probabilities[id]!;
    if (below > 1 - p) break;
    out[id] = -Infinity;
  }
  return out;
}

/** The token whose share of [0, 1) contains `u`, with shares in order of ids. */
function draw(probabilities: Float64Array, u: number): number {
  let sum = 0;
  let last = 0;
  for (const [id, p] of probabilities.entries()) {
    if (p === 0) continue;
    sum += p;
    last = id;
    if (u < sum) return id;
  }
  // Rounding may leave the sum slightly below 1.
  return last;
}

/** Index of the largest value; ties go to the first. */
function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
