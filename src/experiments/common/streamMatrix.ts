/** Weight matrices beside the residual stream. */
import type { ModelSpec } from '../../model/spec';

/** Name of the unembedding's weights, [V, D]. */
export const unembedding = ({ tied }: ModelSpec): string => (tied ? 'embed.W_E' : 'unembed.W_U');

/** A matrix that writes to the stream, [inputs, D]. */
type StreamMatrix = (input: number, d: number) => number;

/** `data` in file order: 'in-out' [inputs, D] (GPT-2), 'out-in' [D, inputs] (all others). */
export function streamMatrix({ orientation, dModel: D }: ModelSpec, data: Float32Array): StreamMatrix {
  const inputs = data.length / D;
  return orientation === 'in-out' ? (i, d) => data[i * D + d]! : (i, d) => data[d * inputs + i]!;
}

/** What each input writes along a direction d [D]: W(i -> .) . d. */
export function readAlong(matrix: StreamMatrix, inputs: number, d: Float64Array): Float64Array {
  const out = new Float64Array(inputs);
  for (let i = 0; i < inputs; i++) for (let c = 0; c < d.length; c++) out[i]! += d[c]! * matrix(i, c);
  return out;
}
