/**
 * A question's Jacobian lens: which one it names, and its two products. Gurnee et al. 2026; names
 * and formulas as in TransformerLens's `JacobianLens`.
 */
import { z } from 'zod';
import { type LensInfo, lensWeight } from '../../model/lens';
import type { ModelSpec } from '../../model/spec';
import { MOST } from '../../util/bounds';
import { countText } from '../../results/format';
import { named } from '../../util/parse';
import { type AskedStudy, type Field, given, resolving } from '../contract/fields';
import { layer, promptText } from './spec';

/** The lens that a spec names: its numbers are of this one, and no other runs it. */
export const namedLens = z
  .object({
    sha256: z.string().max(64),
    title: promptText,
    layers: z.array(layer).min(1).max(MOST.layers),
    prompts: z.number().int().nonnegative(),
  })
  .strict();

export type NamedLens = z.infer<typeof namedLens>;

/** The field `lens`: the open lens, if the question reads one. */
export const lensField = (reads: (study: AskedStudy) => boolean): Field<NamedLens | undefined> =>
  resolving(given(namedLens.optional()), (_asked, study, { lens, model }) => {
    if (!reads(study)) return undefined;
    if (!lens)
      throw new Error(
        `lens: no Jacobian lens is open, got none, expected one for ${named(model.id)}. Open or fit one.`,
      );
    const { sha256, title, layers, prompts } = lens;
    return { sha256, title, layers: [...layers], prompts };
  });

/** Throws one sentence if a spec that reads a lens names none, or one that the model cannot have. */
export function checkLens(
  where: string,
  { lens }: { readonly lens?: NamedLens | undefined },
  reads: readonly number[] | 'all' | null,
  model?: ModelSpec,
): void {
  if (reads === null) return;
  if (!lens)
    throw new Error(`${where}: lens: wrong value, got nothing, expected the Jacobian lens that it reads.`);
  const lacking = reads === 'all' ? undefined : reads.find((one) => !lens.layers.includes(one));
  if (lacking !== undefined)
    throw new Error(
      `${where}: lens: has no matrix for that layer, got ${lacking}, expected one of ${lens.layers.join(', ')}.`,
    );
  const outside = model && lens.layers.find((one) => one >= model.nLayers);
  if (outside !== undefined)
    throw new Error(`${where}: lens: wrong layer, got ${outside}, expected layers below ${model!.nLayers}.`);
}

/** Throws one sentence unless the open lens is the one that the spec names, if it names one. */
export function refuseOtherLens(spec: Readonly<Record<string, unknown>>, open: LensInfo | null): void {
  const asked = spec.lens as NamedLens | undefined;
  if (!asked || asked.sha256 === open?.sha256) return;
  const text = ({ title, sha256 }: Pick<LensInfo, 'title' | 'sha256'>) =>
    `${named(title)} (${sha256.slice(0, 8)})`;
  throw new Error(
    `lens: this question reads another Jacobian lens, got ${open ? text(open) : 'none open'}, ` +
      `expected ${text(asked)}. Open that one, or ask with yours.`,
  );
}

export const lensWeights = (layers: readonly number[]): string[] => layers.map(lensWeight);

/** "x.pt" (0a1b2c3d, 80 prompts). */
export const lensText = ({ title, sha256, prompts }: Omit<NamedLens, 'layers'>): string =>
  `“${title}” (${sha256.slice(0, 8)}, ${countText(prompts, 'prompts')})`;

/** J h of each state h: [n, D], in float64. */
export function transported(J: Float32Array, states: ArrayLike<number>, D: number): number[] {
  const n = states.length / D;
  const h = Float64Array.from(states);
  const out = new Array<number>(n * D);
  for (let i = 0; i < D; i++) {
    const row = Float64Array.from(J.subarray(i * D, (i + 1) * D));
    for (let t = 0; t < n; t++) {
      let sum = 0;
      for (let j = 0, at = t * D; j < D; j++, at++) sum += row[j]! * h[at]!;
      out[t * D + i] = sum;
    }
  }
  return out;
}

/** J^T u: the direction in layer l whose dot product is that of J h with u. [D]. */
export function pulledBack(J: Float32Array, u: ArrayLike<number>): number[] {
  const D = u.length;
  const out = new Array<number>(D).fill(0);
  for (let i = 0; i < D; i++) for (let j = 0; j < D; j++) out[j]! += J[i * D + j]! * u[i]!;
  return out;
}
