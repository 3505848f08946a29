/** A sweep's result buffer on the host -> metrics and captures by run. */
import type { CaptureSlot, SweepSteps } from '../plan/steps';
import { resultIds } from '../request/samples';
import type { RowMetric, RunResult, Tensor } from '../request/contract';

type Reading = {
  metric?: RowMetric;
  captures: Record<string, Tensor>;
  gradients?: Record<string, Tensor>;
};

export function readResults(sweep: SweepSteps, bytes: ArrayBuffer): Record<string, RunResult> {
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
      of(id).captures[slot.site.name] = readCapture(slot, floats, s);
  for (const slot of sweep.gradients)
    for (const [s, id] of resultIds(slot.run.id, slot.run.samples && slot.samples).entries()) {
      const reading = of(id);
      reading.gradients ??= {};
      reading.gradients[slot.site.name] = readCapture(slot, floats, s);
    }
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
    // Negative if a number was not finite.
    ...(hasKl ? { kl: floats[at + 6]! < 0 ? Number.NaN : floats[at + 6]! } : {}),
  };
}

function readCapture({ offset, shape }: CaptureSlot, floats: Float32Array, sample: number): Tensor {
  const length = shape.reduce((product, n) => product * n, 1);
  const begin = offset / 4 + sample * length;
  return { shape, data: floats.slice(begin, begin + length) };
}
