/** A picture that a generator makes. */
import type { NetSpec } from '../../model/net';
import type { Pixels } from '../../model/picture';

/** Null: the answer is no picture. Values in 0 to 1, or -1 to 1 if any is below 0. */
export function madePicture({ sites }: Pick<NetSpec, 'sites'>, values: Float32Array): Pixels | null {
  const { lead, shape } = sites.at(-1)!;
  const [channels, height, width] = shape as readonly [number, number, number];
  if (lead !== 1 || shape.length !== 3 || (channels !== 1 && channels !== 3)) return null;
  const low = values.some((value) => value < 0) ? -1 : 0;
  const each = height * width;
  const data = new Uint8Array(3 * each);
  for (let i = 0; i < each; i++)
    for (let c = 0; c < 3; c++) {
      const value = values[(channels === 1 ? 0 : c) * each + i]!;
      data[3 * i + c] = Math.round(255 * Math.min(1, Math.max(0, (value - low) / (1 - low))));
    }
  return { width, height, data };
}
