/**
 * A lens as an intervention: replaces the last residual stream by an earlier state, so the model's
 * own final norm and unembedding read it. Nothing else is recomputed. The logit lens takes the
 * state as it is, the Jacobian lens J h.
 */
import type { Edit, EditSource } from '../../forward/request/types';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { gridChoices, GRIDS } from '../common/grids';

const written = ['resid_post', 'resid_mid', 'attn_out', 'mlp_out'] as const;
type Written = (typeof written)[number];

/** 'jacobian': the stream after each block, through its matrix. */
export type LensState = Written | 'jacobian';

export const stateChoices: Record<LensState, string> = {
  ...gridChoices(written),
  jacobian: 'residual stream after the block, through the Jacobian lens',
};

export const gridOf = (state: LensState): Written => (state === 'jacobian' ? 'resid_post' : state);

/** A state to read: 'emb' is the input of block 0, a number the block. */
export interface LensEntry {
  readonly label: string;
  readonly site: string;
  /** The layer whose matrix it goes through; null: it is read as it is. */
  readonly through: number | null;
}

/**
 * The states of each block; the residual stream begins with the input of block 0. `fitted`: layers
 * of a Jacobian lens, which has these alone and the last block, where J = I.
 */
export function lensEntries(model: ModelSpec, state: LensState, fitted: readonly number[] = []): LensEntry[] {
  const last = model.nLayers - 1;
  const site = (layer: number) => GRIDS[gridOf(state)].site(model, layer);
  const blocks = range(0, last + 1).map(
    (layer): LensEntry => ({ label: `${layer}`, site: site(layer), through: null }),
  );
  if (state === 'jacobian')
    return blocks.flatMap((block, layer) => {
      if (layer === last) return [block];
      return fitted.includes(layer) ? [{ ...block, through: layer }] : [];
    });
  if (state !== 'resid_post') return blocks;
  return [{ label: 'emb', site: 'blocks.0.hook_resid_pre', through: null }, ...blocks];
}

/** `norm` false: the unembedding reads the raw state. */
export function lensEdit(model: ModelSpec, rows: readonly number[], source: EditSource, norm = true): Edit {
  const last = norm ? blockOutput(model, model.nLayers - 1) : 'unembed.hook_in';
  return { site: last, rows, op: 'set', source };
}

/** The state of a run as it is. */
export const stateOf = (run: string, { site }: Pick<LensEntry, 'site'>): EditSource => ({
  kind: 'run',
  run,
  site,
});
