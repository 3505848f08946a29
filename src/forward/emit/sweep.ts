/**
 * One sweep as steps: a forward pass by blocks, and the backward pass if its members ask for
 * gradients. Each row enters when an edit first reaches it.
 */
import { range } from '../../util/range';
import { firstBlockOf } from '../plan/stages';
import { stepsFlops, type SweepSteps } from '../plan/steps';
import type { Sweep } from '../plan/sweep';
import { gradient, openBack } from './backward/back';
import { blockBack } from './backward/block';
import { embedBack } from './backward/embed';
import { normBack } from './backward/norm';
import { cotangentsArrive } from './backward/seeds';
import { unembedBack } from './backward/unembed';
import { block } from './block';
import { type Ctx, declare, type Surroundings, table } from './context';
import type { Kept } from './slots';
import { planCuts } from './cutPlan';
import { enter } from './enter';
import { openKeys } from './keys';
import { RowMap, sequencesOf } from './rows';
import { areSamplesAlike, firstSamples, forAllSamples } from './samplesAlike';
import { sitesOf } from './sites';
import { unembed } from './unembed';

export interface EmittedSweep {
  readonly steps: SweepSteps;
  /** Tensors available to later sweeps, by key. */
  readonly kept: ReadonlyMap<string, Kept>;
}

export function emitSweep(around: Surroundings, sweep: Sweep): EmittedSweep {
  const isShared = areSamplesAlike(sweep);
  const ctx = openContext(around, isShared ? firstSamples(sweep) : sweep);
  const { rows } = ctx;
  const { nLayers } = around.spec;
  for (const l of range(0, nLayers)) block(ctx, l);
  if (sweep.lastStage === 2 * nLayers && enter(ctx, 2 * nLayers)) unembed(ctx);
  const whole = isShared ? forAllSamples(ctx, sweep) : ctx;
  if (whole.before) backward(whole);
  table(ctx, 'rows', () => rows.data);
  for (const { records, neurons } of ctx.cuts?.turns ?? [])
    for (const { table: name, data } of [records, ...neurons.map((one) => one.records)])
      table(ctx, name, () => data);
  declare(ctx, 'result', 'result', Math.max(1, ctx.result.bytes / 4));
  return { steps: stepsOf(whole), kept: whole.kept };
}

/** From the seeds to the first block whose gradients are asked for, or to the embeddings. */
function backward(ctx: Ctx): void {
  const back = openBack(ctx);
  cotangentsArrive(back);
  const g = gradient(ctx, 'stream', ctx.spec.dModel);
  unembedBack(back, g);
  if (ctx.spec.finalNorm) normBack(back, { ln: 'ln_final', g });
  const asked = ctx.sweep.members.flatMap(({ run }) => run.gradients!.of);
  const first = firstBlockOf(ctx.spec, asked);
  for (let l = ctx.spec.nLayers - 1; l >= Math.max(0, first); l--) blockBack(back, l, g);
  if (first < 0) embedBack(back, g);
}

function openContext(around: Surroundings, sweep: Sweep): Ctx {
  return {
    ...around,
    sweep,
    sites: sitesOf(sweep),
    steps: [],
    tensors: new Map(),
    kept: new Map(),
    means: new Map(),
    keys: openKeys(sweep),
    cuts: planCuts(around.spec, sweep, around.options.maxBindingBytes),
    result: { bytes: 0, captures: [], gradients: [], metrics: [] },
    before: sweep.members.some(({ run }) => run.gradients) ? new Map() : null,
    rows: new RowMap('table.rows', sweep.members, sweep.T, sweep.rows),
    resid: 'resid',
  };
}

function stepsOf({ sweep, steps, tensors, result }: Ctx): SweepSteps {
  const { index, unit, members, rows } = sweep;
  return {
    index,
    unit,
    label: `sweep ${index} '${unit}': ${sequencesOf(sweep)} runs, ${rows} rows`,
    tensors: [...tensors.values()],
    steps,
    flops: stepsFlops(steps),
    metrics: result.metrics,
    captures: result.captures,
    gradients: result.gradients,
    tokenCaptures: members
      .filter(({ run }) => run.captures.some(({ key }) => key === 'hook_tokens'))
      .map(({ run, begin, end }) => ({ run, samples: [begin, end] })),
    resultBytes: result.bytes,
  };
}
