/**
 * GradDrop of AtP* (Kramár et al. 2024): estimates of opposite paths can cancel. So the gradient is
 * taken once per block l, with the gradient through that block's attention and MLP dropped, and
 *   c = sum over l of |estimate of pass l| / (L - 1).
 * It is divided by L - 1, since a part's estimate is 0 where its own block is dropped. c has no sign.
 */
import type { Run } from '../../forward/request/types';
import { hasSite } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import type { Cell, GridName } from '../common/grids';
import { expectThat } from '../common/parse';
import type { StudyCase } from '../common/spec';
import { type Estimated, estimatedChange, type Estimating, gradientsRead } from './estimate';

const idOf = (layer: number): string => `without block ${layer}`;

/**
 * One run per block: the patched run, whose outputs of this block's attention and MLP are set to
 * what they are. Values stay the same; no gradient passes.
 */
export function droppedRuns(asked: Estimating, one: StudyCase, model: ModelSpec): Run[] {
  const rows = range(0, one.tokens.length);
  const gradients = gradientsRead(asked, one, model);
  return range(0, model.nLayers).map((layer): Run => {
    const branches = ['hook_attn_out', 'hook_mlp_out'].map((kind) => `blocks.${layer}.${kind}`);
    const edits = branches
      .filter((site) => hasSite(model, site))
      .map((site) => ({ site, rows, op: 'set', source: { kind: 'run', run: asked.base } }) as const);
    return { id: idOf(layer), base: asked.base, edits, gradients };
  });
}

/** c of a cell, in the metric's unit. */
export function droppedChange(
  model: ModelSpec,
  name: GridName,
  cell: Cell,
  about: Omit<Estimated, 'slopes'>,
): number {
  const others = range(0, model.nLayers).filter((layer) => layer !== cell.layer);
  const size = (layer: number) =>
    Math.abs(estimatedChange(model, name, cell, { ...about, slopes: idOf(layer) }));
  return others.reduce((sum, layer) => sum + size(layer), 0) / others.length;
}

/** Throws one sentence where it cannot be asked for. */
export function checkGradDrop(
  where: string,
  { by, grids }: { readonly by: string; readonly grids: readonly GridName[] },
  model: ModelSpec | undefined,
): void {
  expectThat(by === 'estimate' || by === 'both', where, `by '${by}'`, "by 'estimate' or 'both'");
  const stream = grids.find((name) => name.startsWith('resid'));
  expectThat(stream === undefined, where, `${stream}`, 'grids of parts: the stream is in no block to drop');
  expectThat(!model || model.nLayers > 1, where, 'a model of one block', 'two blocks or more');
}
