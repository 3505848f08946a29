/**
 * What is patched, cell by cell: the grids of TransformerLens's `patching.get_act_patch_*`, and two more (resid_post,
 * neurons). A cell is one edit, which sets part of a site to another run's value.
 */
import type { Edit } from '../../forward/types';
import { blockOutput, findSite, headAxisOf, listSites } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';

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

export const GRIDS = {
  resid_pre: {
    title: 'residual stream before the block',
    axes: ['layer', 'position'],
    site: inBlock('hook_resid_pre'),
  },
  resid_mid: {
    title: 'residual stream after attention',
    axes: ['layer', 'position'],
    site: inBlock('hook_resid_mid'),
  },
  resid_post: { title: 'residual stream after the block', axes: ['layer', 'position'], site: blockOutput },
  attn_out: { title: 'attention outputs', axes: ['layer', 'position'], site: inBlock('hook_attn_out') },
  mlp_out: { title: 'MLP outputs', axes: ['layer', 'position'], site: inBlock('hook_mlp_out') },
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
export const gridNames = Object.keys(GRIDS) as GridName[];

/** The model has the site that a grid patches, e.g. no `resid_mid` where attention and MLP are parallel. */
export function hasGrid(model: ModelSpec, name: GridName): boolean {
  const site = GRIDS[name].site(model, 0);
  return listSites(model).some((other) => other.name === site);
}

/** Length of one of a grid's axes for a prompt of T positions. */
export function axisLength(model: ModelSpec, name: GridName, axis: GridAxis, T: number): number {
  if (axis === 'layer') return model.nLayers;
  if (axis === 'neuron') return model.dMlp;
  if (axis !== 'head') return T;
  return headAxisOf(findSite(model, GRIDS[name].site(model, 0))) === 'G' ? model.nKvHeads : model.nHeads;
}

export type Cell = Readonly<Partial<Record<GridAxis, number>>>;

/** All cells, row-major in the order of the grid's axes. */
export function cellsOf(model: ModelSpec, name: GridName, T: number): Cell[] {
  let cells: Cell[] = [{}];
  for (const axis of GRIDS[name].axes) {
    const n = axisLength(model, name, axis, T);
    cells = cells.flatMap((cell) => Array.from({ length: n }, (_, i) => ({ ...cell, [axis]: i })));
  }
  return cells;
}

/** The edit that sets a cell to its value in run `from`. */
export function patchEdit(model: ModelSpec, name: GridName, cell: Cell, T: number, from: string): Edit {
  const { layer, position, destination, source, head, neuron } = cell;
  const row = position ?? destination;
  const column = source ?? neuron;
  return {
    site: GRIDS[name].site(model, layer!),
    rows: row === undefined ? Array.from({ length: T }, (_, t) => t) : [row],
    ...(head === undefined ? {} : { head }),
    ...(column === undefined ? {} : { columns: [column, column + 1] as const }),
    op: 'set',
    source: { kind: 'run', run: from },
  };
}
