/**
 * Runs an experiment case by case, in requests of several cases (`chunks.ts`), and makes one
 * document from all of them. A case's result is plain JSON and can be stored, so an interrupted
 * study resumes where it stopped.
 */
import type { DocumentContext } from '../experiments/experiment';
import { splitByPrefix } from '../forward/request/prefix';
import type { ForwardRequest, Reuse, RunResult } from '../forward/request/contract';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';
import { refuseNotFinite } from '../results/finite';
import type { EngineEvent } from './api';
import type { BackendOptions, Backend } from './backend';
import { casePrefix, chunksOf, type PlannedCase, runsTogether } from './chunks';
import { type AnyStage, type Asked, estimateRun } from './estimate';
import { plannedRuns } from './planned';
import { RunMeter } from './runMeter';
import { countUnchanged, type Kept, type Spent, Tally } from './spent';

/** Least milliseconds between partial documents, and their largest share of the time. */
const PARTIAL_EVERY = 1000;
const PARTIAL_SHARE = 0.05;

/**
 * Stores measured cases, by study and stage; see `measuredKey`. A failure to store, such as a full
 * disk, never stops a study.
 */
export interface MeasuredStore {
  load(key: string): Promise<Kept>;
  /** Adds cases, and what was spent on them. */
  save(key: string, more: Kept): Promise<void>;
  /** Called when the study is finished or abandoned. */
  remove(key: string): Promise<void>;
}

export interface RunningModel {
  readonly spec: ModelSpec;
  readonly backend: Pick<Backend, 'forward' | 'estimate' | 'prepare'>;
  readonly execution: Reuse;
  /** One weight on the host, widened to 32 bits. */
  weight(name: string): Promise<Float32Array>;
  /** What a document contains besides the numbers; what the runs report is added here. */
  context(): Omit<DocumentContext, 'counters' | 'unchanged' | 'takenUp' | 'spec'>;
}

export interface RunningOptions {
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  readonly store: MeasuredStore | null;
  /** Identifies model, weights, kernels and spec, and so the measured cases. */
  readonly key: string;
}

/** Rejects with an AbortError if `signal` is aborted; measured cases have been stored by then. */
export async function runExperiment(
  { experiment, spec }: Asked,
  model: RunningModel,
  options: RunningOptions,
): Promise<ResultDocument> {
  const cost = await estimateRun({ experiment, spec }, model, { signal: options.signal });
  const { forwards, flops, seconds, beforeSearch, secondsEach } = cost;
  options.onEvent?.({ type: 'planned', forwards, flops, seconds });
  const meter = new RunMeter(seconds, options.onEvent);
  const { prepare, search } = experiment;
  const tally = new Tally();
  const names = new Set([
    ...(experiment.weights?.(spec, model.spec) ?? []),
    ...(prepare?.weights?.(spec, model.spec) ?? []),
  ]);
  const weights: Record<string, Float32Array> = {};
  for (const name of names) weights[name] = await model.weight(name);

  const common = { spec, model, options, weights, meter, tally };
  const prepares = (prepare?.cases(spec) ?? 0) / (experiment.cases(spec) + (prepare?.cases(spec) ?? 0));
  const stages = ['prepare', 'cases'];
  let found: unknown = null;
  let prepared: unknown = null;
  if (prepare) {
    meter.part(0, prepares * beforeSearch);
    const observed = await runStage({
      ...common,
      stage: prepare as AnyStage,
      name: 'prepare',
      prepared: null,
      secondsEach: secondsEach.prepare,
    });
    prepared = prepare.reduce(spec, model.spec, observed);
  }
  meter.part(prepares * beforeSearch, (1 - prepares) * beforeSearch);
  const reduce = (measured: readonly unknown[]): ResultDocument | null => {
    const { environment, ...context } = model.context();
    const { takenUp, earlierSeconds } = tally;
    const { counters, unchanged } = tally.spent;
    const seconds = environment.seconds + earlierSeconds;
    const about = { ...context, environment: { ...environment, seconds }, counters, unchanged, takenUp };
    const document = experiment.reduce(spec, measured, { ...about, spec: model.spec }, prepared, found);
    refuseNotFinite(document);
    return document;
  };
  const show = (soFar: readonly unknown[]): void => {
    const document = reduce(soFar);
    if (document) options.onEvent?.({ type: 'partial', document });
  };
  const measured = await runStage({
    ...common,
    stage: experiment,
    name: 'cases',
    prepared,
    secondsEach: secondsEach.cases,
    onMeasured: show,
  });
  if (search) {
    const rounds = search.rounds(spec, model.spec, measured);
    let done = 0;
    let step = rounds.next([]);
    while (!step.done) {
      const { stage, doing, share } = step.value;
      if (step.value.found !== null) {
        found = step.value.found;
        show(measured);
      }
      const name = `round${stages.length - 2}`;
      stages.push(name);
      meter.part(beforeSearch + (1 - beforeSearch) * done, (1 - beforeSearch) * (share - done));
      done = share;
      step = rounds.next(
        await runStage({
          ...common,
          stage: stage as AnyStage,
          name,
          prepared: null,
          doing,
          secondsEach: secondsEach.search,
        }),
      );
    }
    found = step.value;
  }
  const document = reduce(measured)!;
  // Running a finished study again measures it again.
  for (const name of stages) await options.store?.remove(`${options.key}.${name}`);
  return document;
}

interface StageRun {
  readonly stage: AnyStage;
  readonly name: string;
  readonly prepared: unknown;
  readonly spec: Record<string, unknown>;
  readonly model: RunningModel;
  readonly options: RunningOptions;
  readonly weights: Readonly<Record<string, Float32Array>>;
  readonly meter: RunMeter;
  readonly tally: Tally;
  /** Estimated seconds per run. */
  readonly secondsEach: number;
  /** For a round of a search: its description, whatever the case. */
  readonly doing?: string;
  /** Called with the results of all cases so far. */
  readonly onMeasured?: (measured: readonly unknown[]) => void;
}

async function runStage(at: StageRun): Promise<readonly unknown[]> {
  const { stage, spec, model, options, prepared, tally } = at;
  const n = stage.cases(spec);
  // A single case is measured in one piece, so it cannot resume.
  const store = n > 1 ? options.store : null;
  const key = `${options.key}.${at.name}`;
  const kept = await store?.load(key);
  if (kept) tally.takeUp(kept, at.name === 'cases');
  const measured: unknown[] = Array.from({ length: n }, (_, i) => kept?.cases.get(i) ?? null);
  let next = Number.NEGATIVE_INFINITY;
  const show = (soon: boolean): void => {
    const began = performance.now();
    if (!soon && began < next) return;
    at.onMeasured?.(measured);
    const now = performance.now();
    next = now + Math.max(PARTIAL_EVERY, (now - began) / PARTIAL_SHARE);
  };
  const open = [...measured.keys()].filter((i) => measured[i] === null);
  let done = n - open.length;
  if (done > 0) at.meter.begin(done / n);
  const planned = chunksOf(
    open,
    (i) => plannedRuns(stage, spec, model.spec, i, prepared),
    model.spec,
    at.secondsEach,
  );
  const nextChunk = async (): Promise<Chunk | null> => {
    const { value: cases, done: isLast } = planned.next();
    if (isLast) return null;
    const runs = n === 1 ? cases[0]!.runs : runsTogether(cases);
    return { cases, request: { runs, reuse: model.execution } };
  };
  let chunk = await nextChunk();
  while (chunk) {
    const { cases } = chunk;
    // Planned while the current chunk runs.
    let next: Promise<Chunk | null> | null = null;
    const planNext = (): Promise<Chunk | null> => {
      next ??= nextChunk().then(async (following) => {
        if (following) await model.backend.prepare?.(following.request, options.signal);
        return following;
      });
      // The error is thrown when the chunk's turn comes.
      next.catch(() => undefined);
      return next;
    };
    const spent = await runChunk(at, chunk, {
      done,
      n,
      onStarted: planNext,
      onCase: (i, numbers, partly) => {
        measured[i] = numbers;
        if (partly) show(true);
      },
    });
    done += cases.length;
    await store?.save(key, { cases: new Map(cases.map(({ i }) => [i, measured[i]])), spent });
    if (done < n) show(false);
    chunk = await planNext();
  }
  return measured;
}

interface Chunk {
  readonly cases: readonly PlannedCase[];
  readonly request: ForwardRequest;
}

interface ChunkOptions {
  /** Cases already measured, of n. */
  readonly done: number;
  readonly n: number;
  /** Called when the device starts working. */
  readonly onStarted: () => void;
  readonly onCase: (i: number, numbers: unknown, partly: boolean) => void;
}

async function runChunk(
  at: StageRun,
  { cases, request }: Chunk,
  { done, n, onStarted, onCase }: ChunkOptions,
): Promise<Spent> {
  const started = performance.now();
  const { stage, spec, model, options, weights, meter, tally, prepared } = at;
  const single = n === 1;
  const runs = cases.flatMap((one) => one.runs);
  const finished = new Set<string>();
  const measure = (i: number, own: Readonly<Record<string, RunResult>>): unknown =>
    stage.measure(spec, model.spec, i, { runs: own, finished, weights }, prepared);
  const doing = (): string => {
    if (at.doing !== undefined) return at.doing;
    if (!single) return `case ${done + 1} of ${n}`;
    const unit = runs.find((run) => !finished.has(run.unit ?? ''))?.unit ?? '';
    return stage.doing?.(unit) ?? 'measuring';
  };
  const forward: BackendOptions = {
    signal: options.signal,
    onProgress: (fraction) => {
      meter.report((done + fraction * cases.length) / n, doing());
      if (fraction > 0) onStarted();
    },
    onUnit: (unit, results) => {
      finished.add(unit);
      if (!single) return;
      const numbers = measure(0, results);
      if (numbers !== null) onCase(0, numbers, true);
    },
    onRecover: (reason) => options.onEvent?.({ type: 'recovering', reason }),
  };
  const result = await model.backend.forward(request, forward);
  for (const run of runs) finished.add(run.unit ?? '');
  const { counters } = result;
  const unchanged = countUnchanged(request.runs, result.runs);
  const byCase = single ? null : splitByPrefix(result.runs);
  for (const { i } of cases) {
    const own = byCase?.get(casePrefix(i)) ?? result.runs;
    const numbers = measure(i, own);
    if (numbers === null)
      throw new Error(`internal: ${at.name} ${i}: nothing was measured though all runs are finished.`);
    onCase(i, numbers, false);
  }
  const spent = { seconds: (performance.now() - started) / 1000, counters, unchanged };
  tally.add(spent);
  return spent;
}
