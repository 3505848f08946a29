/**
 * Identification of an effect from observations despite a hidden cause. The front door: A -> B ->
 * C, with a hidden cause of A and C. P(A, B, C) splits into a channel A -> B and a comb around it,
 * which outputs A, takes B and outputs C: two known pieces joined by the wire that surgery cuts.
 */
import { assert } from '../../src/util/assert';
import { type Box, type Diagram, diagram, interpret } from './diagram';
import { cutWire } from './cut';
import { type Channel, disintegrate, type Distribution, marginal } from './distribution';

export interface CombDisintegration {
  /** A -> B. */
  readonly channel: Channel;
  /**
   * B -> A x C by K(a, c | b) = P(a) P(c | a, b): all that is identifiable. It is a comb:
   * discarding C leaves P(a), for any b.
   */
  readonly comb: Channel;
}

/** For a joint distribution of A, B and C with all (a, b) possible; else throws one sentence. */
export function combDisintegration(
  joint: Distribution,
  [a, b, c]: readonly [string, string, string],
): CombDisintegration {
  const prior = marginal(joint, [a]).p;
  const end = disintegrate(joint, [b, a], [c]);
  const [B, A] = end.from as [Channel['from'][0], Channel['from'][0]];
  const rows = Array.from({ length: B.size }, (_, i) =>
    Float64Array.from(
      Array.from(prior, (share, k) => Array.from(end.rows[i * A.size + k]!, (p) => share * p)).flat(),
    ),
  );
  return { channel: disintegrate(joint, [a], [b]), comb: { from: [B], to: [A, ...end.to], rows } };
}

/**
 * Rejoins channel and comb: A, B = channel(A), C = the comb's output given A and B. Means the
 * original joint distribution; interventions cut the wire A -> B.
 */
export function joined({ channel, comb }: CombDisintegration): Diagram {
  const [A, C] = comb.to as [Channel['to'][0], Channel['to'][0]];
  const [B] = comb.from as [Channel['from'][0]];
  const start = Array.from({ length: A.size }, (_, a) =>
    comb.rows[0]!.subarray(a * C.size, (a + 1) * C.size).reduce((sum, p) => sum + p, 0),
  );
  const end = comb.rows.flatMap((row) => Array.from(row, (p, i) => p / start[Math.floor(i / C.size)]!));
  const boxes: Box[] = [
    { ...A, inputs: [], table: start },
    { ...B, inputs: [{ from: A.name }], table: channel.rows.flatMap((row) => [...row]) },
    { ...C, inputs: [{ from: B.name }, { from: A.name }], table: end },
  ];
  return diagram(boxes);
}

/** P(c | do(a = value)) = sum_b P(b | a) sum_a' P(a') P(c | a', b), by surgery on the comb. */
export function frontDoor(
  joint: Distribution,
  [a, b, c]: readonly [string, string, string],
  value: number,
): Float64Array {
  assert(new Set([a, b, c]).size === 3, `front door: expected three variables, got ${a}, ${b}, ${c}.`);
  const whole = joined(combDisintegration(joint, [a, b, c]));
  return marginal(interpret(cutWire(whole, { from: a, to: b }, { value })), [c]).p;
}
