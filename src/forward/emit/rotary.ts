/** Rotary angles as the `rotary` kernel reads them. */
import type { RotaryTable } from '../../model/spec';

/**
 * Of positions [begin, end), [end - begin, dims/2, 2]: cos and sin of position * inverse frequency, times the magnitude;
 * computed in float64, since a GPU's own sine is good for 2^-11 near zero and undefined far out.
 */
export function rotaryAngles(
  { inverseFrequencies, magnitude }: RotaryTable,
  begin: number,
  end: number,
): Float32Array {
  const half = inverseFrequencies.length;
  const angles = new Float32Array(2 * (end - begin) * half);
  for (let t = begin; t < end; t++) {
    for (const [i, frequency] of inverseFrequencies.entries()) {
      const at = 2 * ((t - begin) * half + i);
      angles[at] = magnitude * Math.cos(t * frequency);
      angles[at + 1] = magnitude * Math.sin(t * frequency);
    }
  }
  return angles;
}
