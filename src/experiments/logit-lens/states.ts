/**
 * The logit lens as an intervention: an earlier state is put in the place of the last residual stream, so the model's own
 * final norm and unembedding read it. Nothing else has to be computed again.
 */
import type { Edit } from '../../forward/request/types';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { GRIDS } from '../common/grids';

export const lensStates = ['resid_post', 'resid_mid', 'attn_out', 'mlp_out'] as const;
export type LensState = (typeof lensStates)[number];

/** A state that is read: 'emb' is what enters block 0, a number the block. */
export interface LensEntry {
  readonly label: string;
  readonly site: string;
}

/** What is read of each block; the residual stream begins with what enters block 0. */
export function lensEntries(model: ModelSpec, state: LensState): LensEntry[] {
  const blocks = Array.from({ length: model.nLayers }, (_, l) => ({
    label: `${l}`,
    site: GRIDS[state].site(model, l),
  }));
  return state === 'resid_post' ? [{ label: 'emb', site: 'blocks.0.hook_resid_pre' }, ...blocks] : blocks;
}

/** `norm` false: the unembedding reads the state as it is. */
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
