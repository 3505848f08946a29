/**
 * Grids of patches: those of TransformerLens's `patching.get_act_patch_*`, and resid_post, neurons
 * and all positions at once. A cell is one edit that sets part of a site to another value.
 */
import type { Edit } from '../../forward/request/types';
import { blockOutput, findSite, hasSite, headAxisOf } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';

/** 'destination': query position; 'source': key position. */
export type GridAxis = 'layer' | 'position' | 'head' | 'neuron' | 'destination' | 'source';

export interface Grid {
  readonly title: string;
  readonly axes: readonly GridAxis[];
  site(model: ModelSpec, layer: number): string;
}

const inBlock = (kind: string) => (_: ModelSpec, layer: number) => `blocks.${layer}.${kind}`;
const heads = (title: string, kind: string): Record<'by_pos' | 'all_pos', Grid> => ({
  by_pos: { title: `${title}, by position`, axes: ['layer', 'position', 'head'], site: inBlock(kind) },
  all_pos: { title: `${title}, all positions`, axes: ['layer', 'head'], site: inBlock(kind) },
});
const [z, q, k, v] = [
  heads('head outputs (z)', 'attn.hook_z'),
  heads('queries', 'attn.hook_q'),
  heads('keys', 'attn.hook_k'),
  heads('values', 'attn.hook_v'),
];
const pattern = inBlock('attn.hook_pattern');
const whole = (title: string, site: Grid['site']): Record<'by_pos' | 'all_pos', Grid> => ({
  by_pos: { title, axes: ['layer', 'position'], site },
  all_pos: { title: `${title}, all positions`, axes: ['layer'], site },
});
const residPre = whole('residual stream before the block', inBlock('hook_resid_pre'));
// The stream that the MLP reads; for a norm on the stream, the norm's output.
const midOf: Grid['site'] = (model, layer) =>
  `blocks.${layer}.${model.placement === 'post' ? 'hook_normalized_resid_mid' : 'hook_resid_mid'}`;
const residMid = whole('residual stream after attention', midOf);
const residPost = whole('residual stream after the block', blockOutput);
const attnOut = whole('attention outputs', inBlock('hook_attn_out'));
const mlpOut = whole('MLP outputs', inBlock('hook_mlp_out'));

export const GRIDS = {
  resid_pre: residPre.by_pos,
  resid_mid: residMid.by_pos,
  resid_post: residPost.by_pos,
  attn_out: attnOut.by_pos,
  mlp_out: mlpOut.by_pos,
  resid_pre_all_pos: residPre.all_pos,
  resid_mid_all_pos: residMid.all_pos,
  resid_post_all_pos: residPost.all_pos,
  attn_out_all_pos: attnOut.all_pos,
  mlp_out_all_pos: mlpOut.all_pos,
  attn_head_out_by_pos: z.by_pos,
  attn_head_q_by_pos: q.by_pos,
  attn_head_k_by_pos: k.by_pos,
  attn_head_v_by_pos: v.by_pos,
  attn_head_pattern_by_pos: {
    title: 'attention patterns, by query',
    axes: ['layer', 'head', 'destination'],
    site: pattern,
  },
  attn_head_pattern_dest_src_pos: {
    title: 'attention patterns, by query and key',
    axes: ['layer', 'head', 'destination', 'source'],
    site: pattern,
  },
  attn_head_out_all_pos: z.all_pos,
  attn_head_q_all_pos: q.all_pos,
  attn_head_k_all_pos: k.all_pos,
  attn_head_v_all_pos: v.all_pos,
  attn_head_pattern_all_pos: {
    title: 'attention patterns, all queries',
    axes: ['layer', 'head'],
    site: pattern,
  },
  neurons: { title: 'MLP neurons, all positions', axes: ['layer', 'neuron'], site: inBlock('mlp.hook_post') },
} as const satisfies Record<string, Grid>;

export type GridName = keyof typeof GRIDS;

/** Grids over the residual stream or what is added to it: [T, D]. */
export const streamNames = ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out'] as const;

export const gridNames = Object.keys(GRIDS) as GridName[];

/** Grids over component outputs; the rest are attention internals. */
export const partNames = [
  'attn_out',
  'attn_out_all_pos',
  'mlp_out',
  'mlp_out_all_pos',
  'attn_head_out_by_pos',
  'attn_head_out_all_pos',
  'neurons',
  'resid_pre',
  'resid_pre_all_pos',
  'resid_mid',
  'resid_mid_all_pos',
  'resid_post',
  'resid_post_all_pos',
] as const satisfies readonly GridName[];

export const gridChoices = <N extends GridName>(names: readonly N[]): Record<N, string> =>
  Object.fromEntries(names.map((name) => [name, GRIDS[name].title])) as Record<N, string>;

/** Whether every block has the site: parallel blocks lack `resid_mid`, experts neurons. */
export function hasGrid(model: ModelSpec, name: GridName): boolean {
  return range(0, model.nLayers).every((layer) => hasSite(model, GRIDS[name].site(model, layer)));
}

/** Length of an axis other than positions. */
export function axisLength(model: ModelSpec, name: GridName, axis: GridAxis): number {
  if (axis === 'layer') return model.nLayers;
  if (axis === 'neuron') return model.dMlp;
  return headAxisOf(findSite(model, GRIDS[name].site(model, 0))) === 'G' ? model.nKvHeads : model.nHeads;
}

/** A cell's index along each of its grid's axes. */
export type Cell = Readonly<Partial<Record<GridAxis, number>>>;

/** What a cell's edit writes to. */
export function placeOf(
  model: ModelSpec,
  name: GridName,
  cell: Cell,
  T: number,
): Pick<Edit, 'site' | 'rows' | 'head' | 'columns'> {
  const { layer, position, destination, source, head, neuron } = cell;
  const row = position ?? destination;
  const column = source ?? neuron;
  return {
    site: GRIDS[name].site(model, layer!),
    rows: row === undefined ? Array.from({ length: T }, (_, t) => t) : [row],
    ...(head === undefined ? {} : { head }),
    ...(column === undefined ? {} : { columns: [column, column + 1] as const }),
  };
}

/** The edit that sets a cell to its value in run `from`. */
export function patchEdit(model: ModelSpec, name: GridName, cell: Cell, T: number, from: string): Edit {
  return { ...placeOf(model, name, cell, T), op: 'set', source: { kind: 'run', run: from } };
}
