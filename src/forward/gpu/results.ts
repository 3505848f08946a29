/** A sweep's result buffer on the host -> metrics and captures by run. */
import { rowLayout, siteShape } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { CaptureSlot, SweepSteps } from '../plan/steps';
import { resultIds } from '../request/samples';
import type { RowMetric, RunResult, Tensor } from '../request/types';

type Reading = { metric?: RowMetric; captures: Record<string, Tensor> };

export function readResults(
  spec: ModelSpec,
  sweep: SweepSteps,
  bytes: ArrayBuffer,
): Record<string, RunResult> {
  const floats = new Float32Array(bytes);
  const runs: Record<string, Reading> = {};
  const of = (id: string): Reading => {
    runs[id] ??= { captures: {} };
    return runs[id];
  };
  for (const { run, samples, offset, step } of sweep.metrics)
    for (const [s, id] of resultIds(run.id, run.samples && samples).entries())
      of(id).metric = readMetric(floats, offset + s * step, run.metric!.kl !== undefined);
  for (const { run, samples } of sweep.tokenCaptures)
    for (const id of resultIds(run.id, run.samples && samples))
      of(id).captures.hook_tokens = { shape: [run.tokens.length], data: Float32Array.from(run.tokens) };
  for (const slot of sweep.captures)
    for (const [s, id] of resultIds(slot.run.id, slot.run.samples && slot.samples).entries())
      of(id).captures[slot.site.name] = readCapture(spec, slot, floats, s);
  return runs;
}

function readMetric(floats: Float32Array, at: number, hasKl: boolean): RowMetric {
  const max = floats[at + 2]!;
  return {
    answer: floats[at]!,
    distractor: floats[at + 1]!,
    max,
    argmax: floats[at + 3]!,
    logSumExp: max + Math.log(floats[at + 4]!),
    rank: floats[at + 5]!,
    // Negative: of numbers that are not finite.
    ...(hasKl ? { kl: floats[at + 6]! < 0 ? Number.NaN : floats[at + 6]! } : {}),
  };
}

/** Rows as stored -> the site's public shape; scores and pattern turn from [T, H, S] to [H, T, S]. */
function readCapture(spec: ModelSpec, slot: CaptureSlot, floats: Float32Array, sample: number): Tensor {
  const T = slot.run.tokens.length;
  const shape = siteShape(spec, slot.site, T);
  const { heads, perHead } = rowLayout(spec, slot.site, T);
  const data = new Float32Array(slot.rows * heads * perHead);
  const square = slot.site.axes.includes('S');
  // The longest run of the sweep says how far apart the heads of scores and pattern are.
  const stored = slot.width / heads;
  for (let r = 0; r < slot.rows; r++) {
    const start = slot.offset / 4 + (sample * slot.rows + r) * slot.stride + slot.col;
    for (let h = 0; h < heads; h++) {
      const row = square ? h * T + r : r * heads + h;
      data.set(floats.subarray(start + h * stored, start + h * stored + perHead), row * perHead);
    }
  }
  return { shape: square ? shape : [slot.rows, ...shape.slice(1)], data };
}
