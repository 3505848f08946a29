/** How many rows a sweep may have, and whether its tensors fit the device's bindings. */
import { headAxisOf } from '../../model/sites';
import type { Site } from '../../model/siteKinds';
import { type ModelSpec, qkvWidth } from '../../model/spec';
import { quoted } from '../../util/parse';
import type { EmitOptions } from '../emit/context';
import type { ResolvedRun } from '../request/resolved';
import type { SweepSteps } from './steps';
import { type Sweep, SWEEP_TENSOR_BYTES } from './sweep';

/** Rows of a sweep with T positions, so that no tensor exceeds the limit for sweeps; at least 1. */
export function sweepRows(
  spec: ModelSpec,
  runs: readonly ResolvedRun[],
  T: number,
  { maxBindingBytes }: EmitOptions,
): number {
  const perHead = (site: Site): boolean => headAxisOf(site) !== null && site.axes.includes('D');
  const byHead = runs.some((run) => run.own.some((edit) => perHead(edit.site)));
  // Cuts read the kept contributions of every block's heads: up to five tensors' worth.
  const isCut = runs.some((run) => run.own.some(({ cut }) => cut));
  const blocks = isCut ? Math.max(1, spec.nLayers / 5) : Number(byHead);
  const widest = Math.max(
    qkvWidth(spec),
    spec.dMlp,
    expertColumns(spec),
    spec.nHeads * T,
    Math.ceil(blocks * spec.nHeads * spec.dModel),
  );
  const most = Math.floor(Math.min(maxBindingBytes, SWEEP_TENSOR_BYTES) / (4 * widest));
  if (!runs.some(({ gradients }) => gradients)) return Math.max(1, most);
  return Math.max(1, Math.min(most, Math.floor(GRADIENT_BYTES / (4 * keptColumns(spec, T)))));
}

/** Most bytes that a sweep keeps for its backward pass, unless one run needs more. */
const GRADIENT_BYTES = 2 ** 29;

/** Columns per row that a backward pass reads: norms, queries, keys and values, pattern, MLP. */
function keptColumns(spec: ModelSpec, T: number): number {
  const hidden = spec.mlp.gated ? 2 * spec.dMlp : spec.dMlp;
  return spec.nLayers * (4 * spec.dModel + qkvWidth(spec) + spec.nHeads * T + hidden);
}

/** Columns of a row's expert outputs, side by side. */
const expertColumns = ({ experts, dModel }: ModelSpec): number =>
  experts ? Math.max(experts.count, experts.active * Math.max(experts.width, dModel)) : 0;

/** Throws an Error if a tensor exceeds one binding. */
export function checkFits(sweep: Sweep, steps: SweepSteps, options: EmitOptions): void {
  const { maxBindingBytes: most } = options;
  const tooBig = steps.tensors.find(({ role, elements }) => role !== 'result' && 4 * elements > most);
  if (!tooBig) return;
  throw new Error(
    `plan: tensor ${quoted(tooBig.id)} of ${sweep.members.length} runs x ${sweep.T} tokens needs ${4 * tooBig.elements} bytes, ` +
      `got a limit of ${most} bytes per binding. Use fewer samples or a shorter prompt.`,
  );
}
