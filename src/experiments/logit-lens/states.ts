/**
 * The logit lens as an intervention: replaces the last residual stream by an earlier state, so the
 * model's own final norm and unembedding read it. Nothing else is recomputed.
 */
import type { Edit } from '../../forward/request/types';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { GRIDS } from '../common/grids';

export const lensStates = ['resid_post', 'resid_mid', 'attn_out', 'mlp_out'] as const;
export type LensState = (typeof lensStates)[number];

/** A state to read: 'emb' is the input of block 0, a number the block. */
export interface LensEntry {
  readonly label: string;
  readonly site: string;
}

/** The states of each block; the residual stream begins with the input of block 0. */
export function lensEntries(model: ModelSpec, state: LensState): LensEntry[] {
  const blocks = Array.from({ length: model.nLayers }, (_, l) => ({
    label: `${l}`,
    site: GRIDS[state].site(model, l),
  }));
  return state === 'resid_post' ? [{ label: 'emb', site: 'blocks.0.hook_resid_pre' }, ...blocks] : blocks;
}

/** `norm` false: the unembedding reads the raw state. */
export function lensEdit(
  model: ModelSpec,
  site: string,
  from: string,
  rows: readonly number[],
  norm = true,
): Edit {
  const last = norm ? blockOutput(model, model.nLayers - 1) : 'unembed.hook_in';
  return { site: last, rows, op: 'set', source: { kind: 'run', run: from, site } };
}
