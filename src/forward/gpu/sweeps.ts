/**
 * Executes sweeps in sequence: assigns buffers to their tensors, records their steps, submits by
 * budget without waiting for the previous submit, and reads results group by group while the next
 * are computed.
 */
import type { BufferRange } from '../../gpu/bind';
import type { Gpu } from '../../gpu/device';
import { InFlight } from '../../gpu/inFlight';
import { compile } from '../../gpu/pipelines';
import { type Landed, Landing } from '../../gpu/readback';
import type { Recorder } from '../../gpu/recorder';
import { abortError } from '../request/abort';
import { kernelsOf } from '../plan/kernels';
import type { CallbackStep, Step, SweepSteps, TensorRef } from '../plan/steps';
import { costOf, splitSteps, type SplitOptions, type ReadGroup, readGroups } from '../plan/submits';
import type { RunResult } from '../request/contract';
import { readResults } from './results';
import { type Placed, placeTensors, wantsOfSweeps } from './tensors';
import type { Workspace } from './workspace';

/** What to execute, and its resources. */
export interface Work {
  readonly sweeps: readonly SweepSteps[];
  readonly weights: ReadonlyMap<string, GPUBuffer>;
  readonly split: SplitOptions;
}

/** Sweeps and their runs' results, in order. */
export type SweepResults = readonly (readonly [SweepSteps, Readonly<Record<string, RunResult>>])[];

export interface SweepEvents {
  readonly signal?: AbortSignal | undefined;
  /** Called with the cost of each finished submit. */
  readonly onDone?: (cost: number) => void;
  readonly onRead: (results: SweepResults) => void;
}

/**
 * Results larger than this many bytes wait until earlier ones are on the host, which limits the
 * number of copies.
 */
const LARGE_BYTES = 16 * 2 ** 20;

/** Rejects with DeviceLostError, with an AbortError when cancelled, or if an event throws. */
export async function runSweeps(work: Work, workspace: Workspace, events: SweepEvents): Promise<void> {
  const { gpu, loan, caches } = workspace;
  // The only wait before the first submit; reports snippets that do not compile.
  const compiling = compile(gpu, kernelsOf(work.sweeps));
  compiling.catch(() => {});
  await loan.reserve(wantsOfSweeps(gpu, work.sweeps, caches));
  await compiling;
  const inFlight = new InFlight();
  try {
    for (const group of readGroups(work.sweeps, work.split)) {
      if (group.bytes > LARGE_BYTES) await inFlight.all();
      await runGroup(group, work, workspace, { inFlight, ...events });
    }
    await inFlight.all();
  } finally {
    inFlight.stop();
  }
}

/** Submits a group's sweeps; reads their results when the last one is finished. */
async function runGroup(
  group: ReadGroup,
  { weights, split }: Work,
  workspace: Workspace,
  { inFlight, signal, onDone, onRead }: SweepEvents & { readonly inFlight: InFlight },
): Promise<void> {
  const { gpu, loan, recorder } = workspace;
  const landing = group.bytes > 0 ? new Landing(gpu, 'results', group.bytes) : null;
  const throwIfAborted = (): void => {
    if (signal?.aborted) throw abortError();
  };
  const submit = async (cost: number, isGroupsEnd: boolean): Promise<void> => {
    await inFlight.room();
    throwIfAborted();
    const valid = recorder.send();
    const done = (): void => {
      throwIfAborted();
      onDone?.(cost);
    };
    if (!isGroupsEnd) return inFlight.add(Promise.all([valid, gpu.finished()]), done);
    inFlight.add(readGroup(group, landing, valid, gpu), (results) => {
      done();
      onRead(results);
    });
  };
  try {
    for (const [i, sweep] of group.sweeps.entries()) {
      const placed = placeTensors(sweep, weights, workspace);
      const batches = batchesOf(sweep, split);
      for (const [b, batch] of batches.entries()) {
        const isEnd = b === batches.length - 1;
        const [first] = batch;
        if (first?.type === 'callback') {
          await inFlight.all();
          await runCallback(first, workspace, placed.rangeOf(first.tensor).buffer);
          continue;
        }
        for (const step of batch) record(step, recorder, placed.rangeOf);
        if (isEnd && sweep.resultBytes > 0) {
          const { buffer } = placed.rangeOf('result');
          recorder.copy(buffer, 0, landing!.buffer, group.offsets[i]!, sweep.resultBytes);
        }
        await submit(costOf(batch, split), isEnd && i === group.sweeps.length - 1);
      }
      for (const buffer of placed.lent) loan.give(buffer);
    }
  } catch (error) {
    landing?.destroy();
    throw error;
  }
}

/** A sweep's batches; the last can include the copy of the results. */
function batchesOf(sweep: SweepSteps, split: SplitOptions): (readonly Step[])[] {
  const batches = splitSteps(sweep.steps, split);
  const last = batches.at(-1);
  return last && last[0]!.type !== 'callback' ? batches : [...batches, []];
}

async function readGroup(
  { sweeps, offsets }: ReadGroup,
  landing: Landing | null,
  valid: Promise<void>,
  gpu: Gpu,
): Promise<SweepResults> {
  const resultsIn = (landed: Landed): SweepResults =>
    sweeps.map((sweep, i) => {
      const bytes = sweep.resultBytes > 0 ? landed(offsets[i]!, sweep.resultBytes) : new ArrayBuffer(0);
      return [sweep, readResults(sweep, bytes)];
    });
  if (landing) return landing.read(valid, resultsIn);
  await Promise.all([valid, gpu.finished()]);
  return resultsIn(() => new ArrayBuffer(0));
}

function record(step: Step, recorder: Recorder, rangeOf: Placed['rangeOf']): void {
  if (step.type === 'callback') throw new Error(`internal: ${step.label} is not a command.`);
  if (step.type === 'copy') {
    const { from, fromOffset, to, toOffset, bytes } = step;
    recorder.copy(rangeOf(from).buffer, fromOffset, rangeOf(to).buffer, toOffset, bytes);
    return;
  }
  const part = ({ id, offset: from = 0 }: TensorRef): BufferRange => {
    const { buffer, offset = 0, size = buffer.size - offset } = rangeOf(id);
    return { buffer, offset: offset + from, size: size - from };
  };
  recorder.dispatch(step.kernel, step.buffers.map(part), step.params as never, step.snippet);
}

/** Reads the run's rows, lets TypeScript change them, writes them back. */
async function runCallback(
  { offsets, width, fn }: CallbackStep,
  { gpu, recorder }: Workspace,
  buffer: GPUBuffer,
): Promise<void> {
  const rowBytes = 4 * width;
  const bytes = offsets.length * rowBytes;
  const landing = new Landing(gpu, buffer.label, bytes);
  for (const [i, offset] of offsets.entries())
    recorder.copy(buffer, 4 * offset, landing.buffer, i * rowBytes, rowBytes);
  const values = await landing.read(recorder.send(), (landed) => new Float32Array(landed(0, bytes).slice(0)));
  fn(values, [offsets.length, width]);
  for (const [i, offset] of offsets.entries())
    gpu.device.queue.writeBuffer(buffer, 4 * offset, values, i * width, width);
}
