/**
 * Executes a plan on the GPU: gives its tensors buffers, records its steps, submits by budget, reads each sweep's
 * results back once. The only file of this folder that touches a device, but for `decodingGpu.ts`, which calls it.
 */
import { BufferPool } from '../../gpu/buffers';
import type { Gpu } from '../../gpu/device';
import type { BufferRange } from '../../gpu/bind';
import { getPipeline } from '../../gpu/pipelines';
import { readback } from '../../gpu/readback';
import { Recorder } from '../../gpu/recorder';
import { abortError } from '../request/abort';
import { type Plan, planCounters, stepsFlops } from '../plan/plan';
import type {
  CallbackStep,
  CopyStep,
  DispatchStep,
  Step,
  SweepSteps,
  TensorDecl,
  TensorRef,
} from '../plan/steps';
import { cutSteps } from '../plan/submits';
import type { ForwardOptions, ForwardResult, RunResult } from '../request/types';
import { idsReadBy, resultIds } from '../request/samples';
import { withUnchanged } from '../plan/unchanged';
import { readResults } from './results';

/** A model on a device. */
export interface GpuModel {
  readonly gpu: Gpu;
  /** Weight buffers by tensor id. */
  readonly weights: ReadonlyMap<string, GPUBuffer>;
  /** FLOPs of one submit. */
  readonly budgetFlops: number;
}

/** Results of finished sweeps, by sweep index: kept by the caller, so that a lost device costs only the rest. */
export type FinishedSweeps = Map<number, Readonly<Record<string, RunResult>>>;

/** What sweeps that follow each other share: buffers, and the tensors that stay. */
export interface Workspace {
  readonly pool: BufferPool;
  readonly recorder: Recorder;
  readonly caches: Map<string, GPUBuffer>;
}

export function openWorkspace(gpu: Gpu): Workspace {
  return { pool: new BufferPool(gpu), recorder: new Recorder(gpu), caches: new Map() };
}

export function closeWorkspace({ pool, recorder }: Workspace): void {
  pool.destroyAll();
  recorder.destroy();
}

/**
 * Runs what is not in `finished` yet. Rejects with DeviceLostError if the device goes (call again with a new
 * model and the same `finished`), or with an AbortError when cancelled.
 */
export async function executePlan(
  plan: Plan,
  model: GpuModel,
  finished: FinishedSweeps,
  options: ForwardOptions = {},
): Promise<ForwardResult> {
  const needed = sweepsToRun(plan, finished);
  await compileSnippets(plan, model.gpu);
  const workspace = openWorkspace(model.gpu);
  const total = plan.sweeps
    .filter((_, i) => needed.has(i))
    .reduce((sum, sweep) => sum + stepsFlops(sweep.steps), 0);
  let done = 0;
  try {
    for (const sweep of plan.sweeps) {
      if (!needed.has(sweep.index)) continue;
      const result = await executeSweep(sweep, model, workspace, (flops) => {
        if (options.signal?.aborted) throw abortError();
        done += flops;
        options.onProgress?.(total > 0 ? done / total : 1);
      });
      finished.set(sweep.index, result);
      if (isUnitFinished(plan, sweep, finished)) options.onUnit?.(sweep.unit, collect(plan, finished));
    }
  } finally {
    closeWorkspace(workspace);
  }
  return { runs: collect(plan, finished), counters: planCounters(plan, model) };
}

/** A snippet that does not compile is told before anything runs. */
async function compileSnippets({ sweeps }: Plan, gpu: Gpu): Promise<void> {
  const codes = new Set(
    sweeps.flatMap(({ steps }) => steps.flatMap((step) => ('snippet' in step ? step.snippet! : []))),
  );
  await Promise.all([...codes].map((snippet) => getPipeline(gpu, { kernel: 'snippet', snippet })));
}

/** Unfinished sweeps, and the finished ones whose cached tensors they read. */
function sweepsToRun(plan: Plan, finished: FinishedSweeps): Set<number> {
  const needed = new Set<number>();
  const visit = (index: number): void => {
    if (needed.has(index)) return;
    needed.add(index);
    for (const from of plan.dependsOn[index]!) visit(from);
  };
  for (const sweep of plan.sweeps) if (!finished.has(sweep.index)) visit(sweep.index);
  return needed;
}

function isUnitFinished(plan: Plan, sweep: SweepSteps, finished: FinishedSweeps): boolean {
  return plan.sweeps.every((other) => other.unit !== sweep.unit || finished.has(other.index));
}

/** Results of all finished runs, those of unchanged runs included. */
function collect(plan: Plan, finished: FinishedSweeps): Record<string, RunResult> {
  const runs: Record<string, RunResult> = {};
  for (const results of finished.values()) Object.assign(runs, results);
  for (const [run, same] of plan.aliases) {
    const from = idsReadBy(run, same);
    for (const [i, id] of resultIds(run.id, run.samples).entries()) {
      const metric = runs[from[i]!]?.metric;
      if (metric) runs[id] = { metric, captures: {} };
    }
  }
  return withUnchanged(runs, plan.comparisons);
}

/** Runs one sweep; tensors that later sweeps read are put into `caches`, those that are there are used. */
export async function executeSweep(
  sweep: SweepSteps,
  model: GpuModel,
  { pool, recorder, caches }: Workspace,
  onSubmitted: (flops: number) => void,
): Promise<Readonly<Record<string, RunResult>>> {
  const lent: GPUBuffer[] = [];
  const tensors = new Map<string, BufferRange>();
  for (const [id, buffer] of [...model.weights, ...caches]) tensors.set(id, { buffer });
  const acquire = async (tensor: TensorDecl): Promise<GPUBuffer> => {
    const buffer = await pool.acquire(tensor.id, 4 * tensor.elements);
    if (tensor.role !== 'cache') lent.push(buffer);
    return buffer;
  };
  const tables = sweep.tensors.filter((tensor) => tensor.role === 'table');
  for (const [id, range] of await placeTables(tables, model.gpu, acquire, recorder)) tensors.set(id, range);
  for (const tensor of sweep.tensors) {
    if (tensor.role === 'table' || caches.has(tensor.id)) continue;
    const buffer = await acquire(tensor);
    tensors.set(tensor.id, { buffer, size: Math.max(4, 4 * tensor.elements) });
    if (tensor.role === 'cache') caches.set(tensor.id, buffer);
  }
  const bufferOf = (id: string): BufferRange => {
    const found = tensors.get(id);
    if (!found) throw new Error(`internal: no buffer for tensor '${id}' in ${sweep.label}.`);
    return found;
  };
  for (const batch of cutSteps(sweep.steps, model)) {
    onSubmitted(0);
    for (const step of batch) {
      if (step.type === 'callback') await runCallback(step, model.gpu, bufferOf(step.tensor).buffer);
      else record(step, recorder, bufferOf);
    }
    await recorder.submit();
    onSubmitted(stepsFlops(batch));
  }
  const bytes =
    sweep.resultBytes > 0
      ? await readback(model.gpu, bufferOf('result').buffer, 0, sweep.resultBytes)
      : new ArrayBuffer(0);
  for (const buffer of lent) pool.release(buffer);
  return readResults(sweep, bytes);
}

/** All tables of a sweep in one buffer, each at an aligned offset. */
async function placeTables(
  tables: readonly TensorDecl[],
  gpu: Gpu,
  acquire: (tensor: TensorDecl) => Promise<GPUBuffer>,
  recorder: Recorder,
): Promise<Map<string, BufferRange>> {
  const align = gpu.limits.offsetAlignment;
  let bytes = 0;
  const offsets = tables.map((table) => {
    const offset = bytes;
    bytes += Math.ceil((4 * table.elements) / align) * align;
    return offset;
  });
  if (bytes === 0) return new Map();
  const buffer = await acquire({ id: 'tables', role: 'table', elements: bytes / 4 });
  const all = new Uint8Array(bytes);
  for (const [i, { data }] of tables.entries()) {
    all.set(new Uint8Array(data!.buffer, data!.byteOffset, data!.byteLength), offsets[i]!);
  }
  recorder.write(buffer, 0, all);
  return new Map(
    tables.map((table, i) => [table.id, { buffer, offset: offsets[i]!, size: 4 * table.elements }]),
  );
}

function record(
  step: Exclude<Step, CallbackStep>,
  recorder: Recorder,
  bufferOf: (id: string) => BufferRange,
): void {
  if (step.type === 'copy') recordCopy(step, recorder, bufferOf);
  else recordDispatch(step, recorder, bufferOf);
}

function recordCopy(step: CopyStep, recorder: Recorder, bufferOf: (id: string) => BufferRange): void {
  recorder.copy(
    bufferOf(step.from).buffer,
    step.fromOffset,
    bufferOf(step.to).buffer,
    step.toOffset,
    step.bytes,
  );
}

function recordDispatch(step: DispatchStep, recorder: Recorder, bufferOf: (id: string) => BufferRange): void {
  const range = ({ id, offset = 0 }: TensorRef): BufferRange => {
    const { buffer, offset: start = 0, size = buffer.size - start } = bufferOf(id);
    return { buffer, offset: start + offset, size: size - offset };
  };
  recorder.dispatch(step.kernel, step.buffers.map(range), step.params as never, step.snippet);
}

/** Reads the run's rows, lets TypeScript change them, writes them back. */
async function runCallback(step: CallbackStep, gpu: Gpu, buffer: GPUBuffer): Promise<void> {
  const rows = step.offsets.length;
  const values = new Float32Array(rows * step.width);
  for (const [i, offset] of step.offsets.entries()) {
    values.set(new Float32Array(await readback(gpu, buffer, 4 * offset, 4 * step.width)), i * step.width);
  }
  step.fn(values, [rows, step.width]);
  for (const [i, offset] of step.offsets.entries()) {
    gpu.device.queue.writeBuffer(buffer, 4 * offset, values, i * step.width, step.width);
  }
}
