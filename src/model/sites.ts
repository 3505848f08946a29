/**
 * Hook sites: the finite, typed list of places where an activation can be read or written. Names
 * and shapes are TransformerLens's (HookedTransformer and HookedEncoder, raw weights, no batch
 * axis). All sites of a model always exist; an unknown name throws and names the nearest one.
 */
import {
  type Axis,
  BLOCK_AXES,
  type BlockSiteKind,
  OUTER_AXES,
  type OuterSiteKind,
  type RowLayout,
  type Site,
} from './siteKinds';
import { expertsOf, type ModelSpec, rotaryTableOf } from './spec';
import { denseHead } from './denseHead';
import { quoted } from '../util/parse';

const NORM = ['hook_scale', 'hook_normalized'] as const;

const normKinds = <N extends string>(name: N) => NORM.map((part) => `${name}.${part}` as const);

const ROUTER = ['mlp.hook_router_logits', 'mlp.hook_expert_weights', 'mlp.hook_expert_indices'] as const;

/** Kinds of site, each with its condition; false: this model has none. */
type Optional<K> = readonly (K | false | readonly K[])[];

const present = <K extends string>(kinds: Optional<K>): K[] => kinds.flatMap((kind) => kind || []);

/** The kinds of site in block l, in the order of computation. */
function blockKinds(spec: ModelSpec, l: number): BlockSiteKind[] {
  const { placement, parallel, attention, mlp, dMlp, nHeads, nKvHeads } = spec;
  const norm = (name: 'ln1' | 'ln1_post' | 'ln2' | 'ln2_post', isHere: boolean) => isHere && normKinds(name);
  const isBefore = placement === 'pre' || placement === 'sandwich';
  const ofMlp: Optional<BlockSiteKind> = [
    !parallel && 'hook_resid_mid',
    norm('ln1', placement === 'post'),
    placement === 'post' && 'hook_normalized_resid_mid',
    'hook_mlp_in',
    norm('ln2', isBefore),
    ...(expertsOf(spec, l)
      ? ROUTER
      : (['mlp.hook_pre', mlp.gated && 'mlp.hook_pre_linear', 'mlp.hook_post'] as const)),
    norm('ln2_post', placement === 'sandwich'),
    norm('ln2', placement === 'branch-end'),
    'hook_mlp_out',
  ];
  return present<BlockSiteKind>([
    'hook_resid_pre',
    // With grouped heads, a copy per query head would not show what keys and values read.
    nHeads === nKvHeads && 'hook_attn_in',
    ['hook_q_input', 'hook_k_input', 'hook_v_input'],
    norm('ln1', isBefore),
    ['attn.hook_q', 'attn.hook_k', 'attn.hook_v'],
    attention.qkNorm !== 'none' && [...normKinds('attn.q_norm'), ...normKinds('attn.k_norm')],
    rotaryTableOf(spec, l) !== null && ['attn.hook_rot_q', 'attn.hook_rot_k'],
    ['attn.hook_attn_scores', 'attn.hook_pattern', 'attn.hook_z', 'attn.hook_result'],
    norm('ln1_post', placement === 'sandwich'),
    norm('ln1', placement === 'branch-end'),
    'hook_attn_out',
    ...(dMlp > 0 ? ofMlp : []),
    'hook_resid_post',
    norm('ln2', placement === 'post'),
    placement === 'post' && 'hook_normalized_resid_post',
  ]);
}

function kindsBefore(spec: ModelSpec): OuterSiteKind[] {
  return present<OuterSiteKind>([
    'hook_tokens',
    'hook_embed',
    spec.positions.kind === 'learned' && 'hook_pos_embed',
    spec.nTokenTypes > 0 && 'hook_token_type_embed',
    spec.embedNorm && normKinds('embed.ln'),
  ]);
}

function kindsAfter(spec: ModelSpec): OuterSiteKind[] {
  const dense = denseHead(spec);
  return present<OuterSiteKind>([
    spec.finalNorm && normKinds('ln_final'),
    dense !== null && [dense.pre, dense.post],
    dense?.norm ? normKinds(dense.norm) : false,
    spec.head !== 'none' && ['unembed.hook_in', 'unembed.hook_out'],
  ]);
}

/** All sites of a model, in the order of computation. */
export function listSites(spec: ModelSpec): Site[] {
  const outer = (kinds: readonly OuterSiteKind[]): Site[] =>
    kinds.map((kind) => ({ name: kind, kind, layer: null, axes: OUTER_AXES[kind] }));
  const blocks = Array.from({ length: spec.nLayers }, (_, layer) =>
    blockKinds(spec, layer).map(
      (kind): Site => ({ name: `blocks.${layer}.${kind}`, kind, layer, axes: blockAxes(spec, kind) }),
    ),
  );
  return [...outer(kindsBefore(spec)), ...blocks.flat(), ...outer(kindsAfter(spec))];
}

function blockAxes(spec: ModelSpec, kind: BlockSiteKind): readonly Axis[] {
  // A norm across all heads has one scale and one row.
  if (spec.attention.qkNorm === 'full' && /^attn\.[qk]_norm/.test(kind)) {
    if (kind.endsWith('hook_scale')) return ['T', '1'];
    return ['T', kind.startsWith('attn.q') ? 'Q' : 'E'];
  }
  return BLOCK_AXES[kind];
}

/** Sites by name, cached per model. */
const tables = new WeakMap<ModelSpec, ReadonlyMap<string, Site>>();

function tableOf(spec: ModelSpec): ReadonlyMap<string, Site> {
  const table = tables.get(spec) ?? new Map(listSites(spec).map((site) => [site.name, site]));
  tables.set(spec, table);
  return table;
}

/** Whether the model has a site with this full name. */
export const hasSite = (spec: ModelSpec, name: string): boolean => tableOf(spec).has(name);

/**
 * Finds a site by full name; `siteCalled` in `aliases.ts` also accepts other tools' names. Throws
 * an Error naming the nearest site if there is none.
 */
export function findSite(spec: ModelSpec, name: string): Site {
  const found = tableOf(spec).get(name);
  if (found) return found;
  const sites = [...tableOf(spec).values()];
  const nearest = sites.reduce((best, site) =>
    editDistance(site.name, name) < editDistance(best.name, name) ? site : best,
  );
  throw new Error(
    `hook site: unknown name, got ${quoted(name)}, expected one of ${sites.length} sites of this ${spec.nLayers}-layer model. ` +
      `The nearest is ${quoted(nearest.name)}.`,
  );
}

/** Size of one axis; `T` is the prompt's length in positions. */
export function axisSize(spec: ModelSpec, axis: Axis, T: number): number {
  const sizes: Record<Axis, number> = {
    T,
    S: T,
    H: spec.nHeads,
    G: spec.nKvHeads,
    Q: spec.nHeads * spec.dHead,
    E: spec.nKvHeads * spec.dHead,
    D: spec.dModel,
    K: spec.dHead,
    M: spec.dMlp,
    V: spec.dVocab,
    X: spec.experts?.count ?? 0,
    A: spec.experts?.active ?? 0,
    '1': 1,
  };
  return sizes[axis];
}

/** Shape of a site's tensor for a prompt of `T` positions, e.g. [T, H, K]. */
export function siteShape(spec: ModelSpec, site: Site, T: number): number[] {
  return site.axes.map((axis) => axisSize(spec, axis, T));
}

/** The kind of site of a block's output: the stream that the next block reads. */
export const blockOutputKind = ({ placement }: Pick<ModelSpec, 'placement'>) =>
  placement === 'post' ? 'hook_normalized_resid_post' : 'hook_resid_post';

/** Name of the site of block `layer`'s output. */
export const blockOutput = (spec: Pick<ModelSpec, 'placement'>, layer: number): string =>
  `blocks.${layer}.${blockOutputKind(spec)}`;

/**
 * The canonical name of a tensor with two names, which is the later one: block l's output is
 * `resid_pre[l+1]`. It is also `resid_post[l]`, or the output of that norm if the norm is on the
 * stream (placement 'post').
 */
export function canonicalKey(spec: ModelSpec, site: Site): string {
  if (site.kind === blockOutputKind(spec) && site.layer! < spec.nLayers - 1)
    return `blocks.${site.layer! + 1}.hook_resid_pre`;
  return site.name;
}

/** 'H' (query heads), 'G' (key-value heads), or null if the site has no heads. */
export function headAxisOf(site: Site): 'H' | 'G' | null {
  if (site.axes.includes('H')) return 'H';
  return site.axes.includes('G') ? 'G' : null;
}

/** Layout of one position's row. In scores and pattern, a query position with columns [H, S]. */
export function rowLayout(spec: ModelSpec, site: Site, T: number): RowLayout {
  const inner = site.axes.filter((axis) => axis !== 'T' && axis !== 'H' && axis !== 'G');
  const perHead = inner.reduce((width, axis) => width * axisSize(spec, axis, T), 1);
  const headAxis = headAxisOf(site);
  return { heads: headAxis ? axisSize(spec, headAxis, T) : 1, perHead };
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
