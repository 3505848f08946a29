/** A sweep's result buffer on the host -> metrics and captures by run. */
import { METRIC_WORDS } from '../../gpu/kernels/edits';
import { rowLayout, siteShape } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { CaptureSlot, SweepSteps } from '../plan/steps';
import type { RowMetric, RunResult, Tensor } from '../request/types';

export function readResults(
  spec: ModelSpec,
  sweep: SweepSteps,
  bytes: ArrayBuffer,
): Record<string, RunResult> {
  const floats = new Float32Array(bytes);
  const runs: Record<string, { metric?: RowMetric; captures: Record<string, Tensor> }> = {};
  const runOf = (id: string) => {
    runs[id] ??= { captures: {} };
    return runs[id];
  };
  for (const [id, row] of sweep.metricRows) {
    const [answer, distractor, max, argmax, sumExp, rank, kl] = floats.subarray(
      row * METRIC_WORDS,
      (row + 1) * METRIC_WORDS,
    ) as unknown as number[];
    runOf(id).metric = {
      answer: answer!,
      distractor: distractor!,
      max: max!,
      argmax: argmax!,
      logSumExp: max! + Math.log(sumExp!),
      rank: rank!,
      // Negative: of numbers that are not finite.
      ...(sweep.compared.has(id) ? { kl: kl! < 0 ? Number.NaN : kl! } : {}),
    };
  }
  for (const run of sweep.tokenCaptures) {
    runOf(run.id).captures.hook_tokens = { shape: [run.tokens.length], data: Float32Array.from(run.tokens) };
  }
  for (const slot of sweep.captures)
    runOf(slot.run.id).captures[slot.site.name] = readCapture(spec, slot, floats);
  return runs;
}

/** Rows as stored -> the site's public shape; scores and pattern turn from [T, H, S] to [H, T, S]. */
function readCapture(spec: ModelSpec, slot: CaptureSlot, floats: Float32Array): Tensor {
  const T = slot.run.tokens.length;
  const shape = siteShape(spec, slot.site, T);
  const { heads, perHead } = rowLayout(spec, slot.site, T);
  const data = new Float32Array(slot.rows * heads * perHead);
  const square = slot.site.axes.includes('S');
  // The longest run of the sweep says how far apart the heads of scores and pattern are.
  const stored = slot.width / heads;
  for (let r = 0; r < slot.rows; r++) {
    const start = slot.offset / 4 + r * slot.stride + slot.col;
    for (let h = 0; h < heads; h++) {
      const row = square ? h * T + r : r * heads + h;
      data.set(floats.subarray(start + h * stored, start + h * stored + perHead), row * perHead);
    }
  }
  return { shape: square ? shape : [slot.rows, ...shape.slice(1)], data };
}
