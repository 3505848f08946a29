/** Norms backward: of the stream, of a branch's input and output, of queries and keys. */
import { isNormedBefore, nameAfter } from '../../../model/norms';
import type { ModelSpec } from '../../../model/spec';
import { affine, normalize, rowOf } from '../math';
import { branchNormWidth } from '../norm';
import { optional } from '../pass';
import { type BackwardPass, type SiteValues, siteValues } from './pass';

/** The norm `name` of rows of D. */
export function normBackward(back: BackwardPass, name: string, g: Float64Array): Float64Array {
  const { norm, dModel } = back.spec;
  const w = optional(back, norm.hasWeight, `${name}.w`);
  return normalizeBackward(back, name, affine(g, w, null, norm.shift), { kind: norm.kind, width: dModel });
}

export function normBeforeBackward(back: BackwardPass, name: string, g: Float64Array): Float64Array {
  return isNormedBefore(back.spec) ? normBackward(back, name, g) : g;
}

export function normAfterBackward(back: BackwardPass, name: string, g: Float64Array): Float64Array {
  const after = nameAfter(back.spec, name);
  return after === null ? g : normBackward(back, after, g);
}

export function branchNormBackward(
  back: BackwardPass,
  block: string,
  branch: 'q' | 'k',
  g: Float64Array,
): Float64Array {
  const { spec, weight } = back;
  if (spec.attention.qkNorm === 'none') return g;
  const name = `${block}.attn.${branch}_norm`;
  const width = branchNormWidth(spec, branch);
  const scaled = affine(g, weight(`${name}.w`), null, spec.norm.shift);
  return normalizeBackward(back, name, scaled, { kind: 'rms', width });
}

/**
 * From the normalised values to the norm's input. With c the (centred) input and s its scale, the
 * values are c / s, and s = sqrt(mean(c^2) + eps); what an edit made of s divides, and c / s tells c.
 */
function normalizeBackward(
  back: BackwardPass,
  name: string,
  gNormalized: Float64Array,
  { kind, width }: { readonly kind: ModelSpec['norm']['kind']; readonly width: number },
): Float64Array {
  const g = back.at(`${name}.hook_normalized`, gNormalized);
  const normalized = back.values(`${name}.hook_normalized`).before;
  const scale = back.values(`${name}.hook_scale`);
  const gScale = back.at(
    `${name}.hook_scale`,
    scale.after.map((s, r) => {
      const n = rowOf(normalized, r, width);
      return -rowOf(g, r, width).reduce((sum, value, c) => sum + value * n[c]!, 0) / s;
    }),
  );
  const out = new Float64Array(g.length);
  for (const [r, s] of scale.after.entries()) {
    const row = rowOf(out, r, width);
    const ofScale = back.frozen.norm ? 0 : gScale[r]! / (width * scale.before[r]!);
    for (let c = 0; c < width; c++) row[c] = g[r * width + c]! / s + ofScale * normalized[r * width + c]! * s;
    const mean = kind === 'layer' ? row.reduce((a, b) => a + b, 0) / width : 0;
    for (let c = 0; c < width; c++) row[c]! -= mean;
  }
  return out;
}

/** A pass in which the norm `name` is that of x [rows, D], and nobody sees it. */
export function unseenNorm(back: BackwardPass, name: string, x: Float64Array): BackwardPass {
  const { norm, dModel } = back.spec;
  const parts = new Map<string, SiteValues>();
  normalize(x, dModel, norm, (part, y) => {
    parts.set(`${name}.${part}`, siteValues(y, []));
    return y;
  });
  return { ...back, values: (site) => parts.get(site)!, at: (_, g) => g };
}
