/**
 * Hook sites: the finite, typed list of places where an activation can be read or written.
 * Names and shapes are TransformerLens's (HookedTransformer, raw weights, no batch axis).
 * Every site exists always; an unknown name throws and names the nearest one.
 */
import type { ModelSpec } from './spec';

/** One letter per axis, see `spec.ts`; '1' is an axis of size one, 'S' the key positions (as many as T). */
export type Axis = 'T' | 'S' | 'H' | 'D' | 'K' | 'M' | 'V' | '1';

export interface Site {
  /** Full name, e.g. 'blocks.3.attn.hook_z'. */
  readonly name: string;
  /** Name without the block prefix, e.g. 'attn.hook_z'. */
  readonly kind: SiteKind;
  /** Block index, or null for sites outside the blocks. */
  readonly layer: number | null;
  /** Axes as captured, e.g. ['T','H','K']; scores and pattern are ['H','T','S']. */
  readonly axes: readonly Axis[];
}

const BLOCK_KINDS = {
  hook_resid_pre: ['T', 'D'],
  hook_attn_in: ['T', 'H', 'D'],
  hook_q_input: ['T', 'H', 'D'],
  hook_k_input: ['T', 'H', 'D'],
  hook_v_input: ['T', 'H', 'D'],
  'ln1.hook_scale': ['T', '1'],
  'ln1.hook_normalized': ['T', 'D'],
  'attn.hook_q': ['T', 'H', 'K'],
  'attn.hook_k': ['T', 'H', 'K'],
  'attn.hook_v': ['T', 'H', 'K'],
  'attn.hook_attn_scores': ['H', 'T', 'S'],
  'attn.hook_pattern': ['H', 'T', 'S'],
  'attn.hook_z': ['T', 'H', 'K'],
  'attn.hook_result': ['T', 'H', 'D'],
  hook_attn_out: ['T', 'D'],
  hook_resid_mid: ['T', 'D'],
  hook_mlp_in: ['T', 'D'],
  'ln2.hook_scale': ['T', '1'],
  'ln2.hook_normalized': ['T', 'D'],
  'mlp.hook_pre': ['T', 'M'],
  'mlp.hook_post': ['T', 'M'],
  hook_mlp_out: ['T', 'D'],
  hook_resid_post: ['T', 'D'],
} as const satisfies Record<string, readonly Axis[]>;

const BEFORE_KINDS = {
  hook_tokens: ['T'],
  hook_embed: ['T', 'D'],
  hook_pos_embed: ['T', 'D'],
} as const satisfies Record<string, readonly Axis[]>;

const AFTER_KINDS = {
  'ln_final.hook_scale': ['T', '1'],
  'ln_final.hook_normalized': ['T', 'D'],
  'unembed.hook_in': ['T', 'D'],
  'unembed.hook_out': ['T', 'V'],
} as const satisfies Record<string, readonly Axis[]>;

export type BlockSiteKind = keyof typeof BLOCK_KINDS;
export type SiteKind = BlockSiteKind | keyof typeof BEFORE_KINDS | keyof typeof AFTER_KINDS;

/** All sites of a model, in the order in which a forward pass computes them. */
export function listSites(spec: ModelSpec): Site[] {
  const flat = (kinds: Record<string, readonly Axis[]>): Site[] =>
    Object.entries(kinds).map(([kind, axes]) => ({ name: kind, kind: kind as SiteKind, layer: null, axes }));
  const sites = flat(BEFORE_KINDS);
  for (let layer = 0; layer < spec.nLayers; layer++) {
    for (const [kind, axes] of Object.entries(BLOCK_KINDS)) {
      sites.push({ name: `blocks.${layer}.${kind}`, kind: kind as SiteKind, layer, axes });
    }
  }
  return [...sites, ...flat(AFTER_KINDS)];
}

/** Sites by name, made once per model. */
const tables = new WeakMap<ModelSpec, ReadonlyMap<string, Site>>();

/** Finds a site by its full name. Throws an Error naming the nearest site if there is none. */
export function findSite(spec: ModelSpec, name: string): Site {
  const table = tables.get(spec) ?? new Map(listSites(spec).map((site) => [site.name, site]));
  tables.set(spec, table);
  const found = table.get(name);
  if (found) return found;
  const sites = [...table.values()];
  const nearest = sites.reduce((best, site) =>
    editDistance(site.name, name) < editDistance(best.name, name) ? site : best,
  );
  throw new Error(
    `hook site: unknown name, got '${name}', expected one of ${sites.length} sites of this ${spec.nLayers}-layer model. ` +
      `The nearest is '${nearest.name}'.`,
  );
}

/** Size of one axis; `T` is the prompt's length in positions. */
export function axisSize(spec: ModelSpec, axis: Axis, T: number): number {
  const sizes: Record<Axis, number> = {
    T,
    S: T,
    H: spec.nHeads,
    D: spec.dModel,
    K: spec.dHead,
    M: spec.dMlp,
    V: spec.dVocab,
    '1': 1,
  };
  return sizes[axis];
}

/** Shape of a site's tensor for a prompt of `T` positions, e.g. [T, H, K]. */
export function siteShape(spec: ModelSpec, site: Site, T: number): number[] {
  return site.axes.map((axis) => axisSize(spec, axis, T));
}

/** How a site's tensor splits into rows (one per position) of `heads` groups of `perHead` columns. */
export interface RowLayout {
  /** Heads that a row holds side by side, or 1 where the site has no head axis. */
  readonly heads: number;
  /** Columns per head; the whole width where the site has no head axis. */
  readonly perHead: number;
}

/** Layout of one position's row. Scores and pattern have the query position as row, [H, S] as columns. */
export function rowLayout(spec: ModelSpec, site: Site, T: number): RowLayout {
  const inner = site.axes.filter((axis) => axis !== 'T' && axis !== 'H');
  const perHead = inner.reduce((width, axis) => width * axisSize(spec, axis, T), 1);
  return { heads: site.axes.includes('H') ? spec.nHeads : 1, perHead };
}

/** Levenshtein distance, for "did you mean". */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost));
    }
    previous = row;
  }
  return previous[b.length]!;
}
