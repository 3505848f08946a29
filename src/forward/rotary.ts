/** Rotary angles as the `rotary` kernel reads them. */
import type { RotaryTable } from '../model/spec';

/**
 * [T, dims/2, 2]: cos and sin of position * inverse frequency, times the magnitude; computed in float64, since a GPU's
 * own sine is good for 2^-11 near zero and undefined far out.
 */
export function rotaryAngles({ inverseFrequencies, magnitude }: RotaryTable, T: number): Float32Array {
  const half = inverseFrequencies.length;
  const angles = new Float32Array(2 * T * half);
  for (let t = 0; t < T; t++) {
    for (const [i, frequency] of inverseFrequencies.entries()) {
      const at = 2 * (t * half + i);
      angles[at] = magnitude * Math.cos(t * frequency);
      angles[at + 1] = magnitude * Math.sin(t * frequency);
    }
  }
  return angles;
}
