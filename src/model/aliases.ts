/**
 * Names of hook sites from other tools: TransformerLens's shorthands (`get_act_name`), its
 * TransformerBridge (v3 and later) and HookedEncoder, and Hugging Face's module paths, which name
 * the module's output. An alias exists only if the site holds exactly that tensor. A module whose
 * output no site holds (a norm with its weight, fused queries, keys and values) has none.
 */
import { families } from './families';
import { blockPaths, headPaths, type ModuleNames, type ModulePath, modulePaths } from './families/slots';
import type { BlockSiteKind, OuterSiteKind, Site } from './siteKinds';
import { blockOutput, blockOutputKind, findSite, hasSite } from './sites';
import { expertsOf, type ModelSpec } from './spec';
import { range } from '../util/range';

/**
 * The site that `text` means, a full name or an alias. Throws an Error naming the nearest site if
 * there is none.
 */
export function siteCalled(spec: ModelSpec, text: string): Site {
  if (hasSite(spec, text)) return findSite(spec, text);
  const name = resolveSiteName(spec, text);
  return findSite(spec, name !== null && hasSite(spec, name) ? name : text);
}

/**
 * The full name of the site that the alias `text` means, or null if it is no alias; a full name is
 * no alias. Applies the naming rules only; `siteCalled` checks whether this model has the site.
 */
export function resolveSiteName(spec: ModelSpec, text: string): string | null {
  const table = tables.get(spec) ?? aliasTable(spec);
  tables.set(spec, table);
  return table.get(text) ?? shorthand(text);
}

/** All aliases of a model except the shorthands: alias -> full name. */
export function aliasTable(spec: ModelSpec): ReadonlyMap<string, string> {
  return new Map([
    ...outerAliases(spec),
    ...outerModules(spec),
    ...range(0, spec.nLayers).flatMap((l) => [...bridgeAliases(spec, l), ...blockModules(spec, l)]),
  ]);
}

/** Cached per model. */
const tables = new WeakMap<ModelSpec, ReadonlyMap<string, string>>();

type Alias = readonly [alias: string, site: string];
type InBlock = Readonly<Record<string, BlockSiteKind | false>>;

const aliasesOf = (table: Readonly<Record<string, string | false>>): Alias[] =>
  Object.entries(table).flatMap(([alias, site]) => (site === false ? [] : [[alias, site] as const]));

/** Whether attention and MLP add their last product to the stream without a norm or factor. */
const isBare = ({ placement, residScale }: ModelSpec) =>
  placement !== 'sandwich' && placement !== 'branch-end' && residScale === 1;

/** Whether queries, keys and values are the projections' outputs, unclipped. */
const isUnclipped = ({ attention }: ModelSpec) => attention.clipQkv === null;

const embedded = 'blocks.0.hook_resid_pre';

/** The family's module names; undefined for a family that cannot be opened. */
const modulesOf = ({ family }: ModelSpec): ModuleNames | undefined =>
  Object.hasOwn(families, family) ? families[family]?.modules : undefined;

function outerAliases(spec: ModelSpec): Alias[] {
  return aliasesOf({
    'embed.hook_out': 'hook_embed',
    'embed.hook_embed': 'hook_embed',
    'pos_embed.hook_out': 'hook_pos_embed',
    'embed.hook_pos_embed': 'hook_pos_embed',
    'token_type_embed.hook_out': 'hook_token_type_embed',
    'embed.hook_token_type_embed': 'hook_token_type_embed',
    hook_full_embed: embedded,
    'embed_ln.hook_out': spec.embedNorm && embedded,
    'embed_ln.hook_scale': 'embed.ln.hook_scale',
    'embed_ln.hook_normalized': 'embed.ln.hook_normalized',
    'ln_final.hook_in': spec.finalNorm && blockOutput(spec, spec.nLayers - 1),
    'ln_final.hook_out': spec.finalNorm && spec.head === 'lm' && 'unembed.hook_in',
    hook_unembed: 'unembed.hook_out',
    logits: 'unembed.hook_out',
  });
}

function bridgeAliases(spec: ModelSpec, l: number): Alias[] {
  const { placement, parallel, mlp } = spec;
  const isBefore = placement === 'pre' || placement === 'sandwich';
  const norms: Readonly<Record<typeof placement, InBlock>> = {
    pre: { 'ln1.hook_in': 'hook_resid_pre', 'ln2.hook_in': parallel ? 'hook_mlp_in' : 'hook_resid_mid' },
    sandwich: {
      'ln1.hook_in': 'hook_resid_pre',
      'ln1_post.hook_out': 'hook_attn_out',
      'ln2.hook_in': 'hook_resid_mid',
      'ln2_post.hook_out': 'hook_mlp_out',
    },
    'branch-end': { 'ln1.hook_out': 'hook_attn_out', 'ln2.hook_out': 'hook_mlp_out' },
    post: {
      'ln1.hook_in': 'hook_resid_mid',
      'ln1.hook_out': 'hook_normalized_resid_mid',
      'ln2.hook_in': 'hook_resid_post',
      'ln2.hook_out': 'hook_normalized_resid_post',
    },
    none: {},
  };
  return inBlock(l, {
    hook_in: 'hook_resid_pre',
    hook_out: blockOutputKind(spec),
    'attn.hook_attn_in': 'hook_attn_in',
    'attn.hook_q_input': 'hook_q_input',
    'attn.hook_k_input': 'hook_k_input',
    'attn.hook_v_input': 'hook_v_input',
    'attn.q.hook_out': isUnclipped(spec) && 'attn.hook_q',
    'attn.k.hook_out': isUnclipped(spec) && 'attn.hook_k',
    'attn.v.hook_out': isUnclipped(spec) && 'attn.hook_v',
    'attn.o.hook_in': 'attn.hook_z',
    'attn.o.hook_out': isBare(spec) && 'hook_attn_out',
    'attn.hook_out': isBare(spec) && 'hook_attn_out',
    'mlp.hook_in': !isBefore && 'hook_mlp_in',
    ...(expertsOf(spec, l)
      ? { 'mlp.gate.hook_out': 'mlp.hook_router_logits', 'mlp.router.hook_out': 'mlp.hook_router_logits' }
      : {
          'mlp.gate.hook_out': mlp.gated && 'mlp.hook_pre',
          'mlp.in.hook_out': mlp.gated ? 'mlp.hook_pre_linear' : 'mlp.hook_pre',
          'mlp.out.hook_in': 'mlp.hook_post',
          'mlp.out.hook_out': isBare(spec) && 'hook_mlp_out',
        }),
    'mlp.hook_out': isBare(spec) && 'hook_mlp_out',
    ...norms[placement],
  });
}

const inBlock = (l: number, table: InBlock): Alias[] =>
  aliasesOf(table).map(([alias, kind]) => [`blocks.${l}.${alias}`, `blocks.${l}.${kind}`]);

/** Hugging Face's modules outside the blocks. */
function outerModules(spec: ModelSpec): Alias[] {
  const names = modulesOf(spec);
  if (!names) return [];
  const of = (module: ModulePath | undefined, site: OuterSiteKind | typeof embedded): Alias[] =>
    module ? modulePaths(names, module, null).map((path) => [path, site]) : [];
  const ofHead = (module: ModulePath | undefined, site: OuterSiteKind): Alias[] =>
    module ? headPaths(module).map((path) => [path, site]) : [];
  return [
    ...(names.embedsUnscaled ? [] : of(names.embed, 'hook_embed')),
    ...of(names.positions, 'hook_pos_embed'),
    ...of(names.tokenTypes, 'hook_token_type_embed'),
    ...of(names.embedNorm, embedded),
    ...(spec.head === 'lm' ? of(names.finalNorm, 'unembed.hook_in') : []),
    // A classes head computes the first position only, so its modules' outputs are no whole sites.
    ...(spec.head === 'classes' ? [] : ofHead(names.head.dense, 'mlm_head.hook_pre')),
    ...(spec.head === 'classes' ? [] : ofHead(names.head.norm, 'unembed.hook_in')),
    // The module's logits are neither scaled nor capped yet.
    ...(spec.head === 'classes' || spec.logitSoftcap !== null || spec.logitScale !== 1
      ? []
      : ofHead(names.head.unembed, 'unembed.hook_out')),
  ];
}

/** Hugging Face's modules of block `l`. */
function blockModules(spec: ModelSpec, l: number): Alias[] {
  const names = modulesOf(spec);
  if (!names) return [];
  const m = names.inBlock;
  const { gated } = spec.mlp;
  const of = (module: ModulePath | undefined, kind: BlockSiteKind | null): Alias[] =>
    module && kind ? modulePaths(names, module, l).map((path) => [path, `blocks.${l}.${kind}`]) : [];
  const [attnOut, mlpOut] = isBare(spec)
    ? (['hook_attn_out', 'hook_mlp_out'] as const)
    : ([null, null] as const);
  return [
    ...blockPaths(names, l).map((path): Alias => [path, blockOutput(spec, l)]),
    ...of(m.ln1, normOutput(spec, 'ln1')),
    ...(isUnclipped(spec)
      ? [...of(m.q, 'attn.hook_q'), ...of(m.k, 'attn.hook_k'), ...of(m.v, 'attn.hook_v')]
      : []),
    ...of(m.o, attnOut),
    ...of(m.attn, attnOut),
    ...of(m.ln1_post, 'hook_attn_out'),
    ...of(m.ln2, normOutput(spec, 'ln2')),
    ...(expertsOf(spec, l)
      ? of(m.experts?.router, 'mlp.hook_router_logits')
      : [
          ...of(m.gate, gated ? 'mlp.hook_pre' : null),
          ...of(m.in, gated ? 'mlp.hook_pre_linear' : 'mlp.hook_pre'),
          ...of(m.act, gated ? null : 'mlp.hook_post'),
          ...of(m.out, mlpOut),
        ]),
    ...of(m.mlp, mlpOut),
    ...of(m.ln2_post, 'hook_mlp_out'),
    ...Object.entries(m.others ?? {}).flatMap(([path, kind]) => of(path, kind)),
  ];
}

/** The site that holds a norm's output, including weight and bias. */
function normOutput({ placement, norm }: ModelSpec, name: 'ln1' | 'ln2'): BlockSiteKind | null {
  const isFirst = name === 'ln1';
  if (placement === 'post') return isFirst ? 'hook_normalized_resid_mid' : 'hook_normalized_resid_post';
  if (placement === 'branch-end') return isFirst ? 'hook_attn_out' : 'hook_mlp_out';
  return norm.hasWeight || norm.hasBias ? null : `${name}.hook_normalized`;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  attn: 'pattern',
  attn_logits: 'attn_scores',
  key: 'k',
  query: 'q',
  value: 'v',
  mlp_pre: 'pre',
  mlp_post: 'post',
};

const SHORT_PLACES: Readonly<Record<string, string>> = {
  a: 'attn',
  attention: 'attn',
  m: 'mlp',
  b: '',
  block: '',
  blocks: '',
  q_norm: 'attn.q_norm',
  k_norm: 'attn.k_norm',
};

const IN_ATTENTION = new Set(['k', 'v', 'q', 'z', 'rot_k', 'rot_q', 'result', 'pattern', 'attn_scores']);
const IN_MLP = new Set(['pre', 'post', 'pre_linear', 'router_logits', 'expert_weights', 'expert_indices']);

/**
 * TransformerLens's `get_act_name`: 'k6', 'scale4ln1', 'pre5', 'embed'. Also with an underscore
 * before the number ('resid_post3'), with a point ('resid_post.3') or with the layer first
 * ('L3.resid_post').
 */
function shorthand(text: string): string | null {
  const first = /^L(\d+)\.([a-z_]+)$/.exec(text);
  const last = /^([a-z_]*[a-z])\.?(\d+)([a-z]\w*)?$/.exec(text);
  const [layer, short, place] = first
    ? [first[1]!, first[2]!, '']
    : [last?.[2], last?.[1] ?? text, last?.[3]];
  if (!/^[a-z_]+$/.test(short) || short.startsWith('hook_')) return null;
  const name = Object.hasOwn(SHORT_NAMES, short) ? SHORT_NAMES[short]! : short;
  if (layer === undefined)
    return name === 'scale' || name === 'normalized' ? `ln_final.hook_${name}` : `hook_${name}`;
  const within = placeOf(name, place ?? '');
  return `blocks.${Number(layer)}.${within && `${within}.`}hook_${name}`;
}

/** The part of a block that holds a shorthand's site; '' for the block itself. */
function placeOf(name: string, place: string): string {
  if (IN_ATTENTION.has(name)) return 'attn';
  if (IN_MLP.has(name)) return 'mlp';
  return Object.hasOwn(SHORT_PLACES, place) ? SHORT_PLACES[place]! : place;
}
