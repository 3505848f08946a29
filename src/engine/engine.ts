/**
 * The engine: the one place that puts load, weights, forward and experiments together. The page runs it in a
 * worker, the command line in Node; both see only `api.ts`.
 */
import { version } from '../../package.json';
import { experimentOf } from '../experiments/registry';
import { resolveQuestion } from '../experiments/trace/resolve';
import type { Reuse, Run, RunResult, Tensor } from '../forward/types';
import type { GpuLimits } from '../gpu/device';
import type { ModelFolder } from '../load/folder';
import { type Checkpoint, openCheckpoint } from '../load/open';
import type { ModelSource } from '../load/source';
import { listSites } from '../model/sites';
import type { ResultDocument } from '../results/document';
import {
  type CaptureRequest,
  type Engine,
  type EngineEvent,
  type Environment,
  type ModelInfo,
  CANCELLED,
} from './api';
import { type Backend, GpuBackend, ReferenceBackend, referenceOf } from './backend';
import { lensCells, lensRuns } from './lens';
import { siteError } from './verify';

export interface EngineOptions {
  /** `navigator.gpu`, or Node's; null runs the float64 reference. */
  readonly gpu: GPU | null;
  /** Address of the app, under which models/{id}/ lies. */
  readonly appUrl?: string;
  /** Reads a source from elsewhere (Node's disk); null for the default. */
  readonly folder?: (source: ModelSource) => ModelFolder | null;
  /** How a trace is executed; 'wavefront' by default. */
  readonly execution?: Reuse;
  /** For tests. */
  readonly fakeLimits?: Partial<GpuLimits>;
  /** Fixed FLOPs per submit, for tests of counters. */
  readonly budgetFlops?: number;
}

/** Kernel sets: there is one, the same for every shape of the same divisibility, so runs are comparable bit by bit. */
const KERNELS = 'pinned';

export function createEngine(options: EngineOptions): Engine {
  return new LocalEngine(options);
}

interface Open {
  readonly checkpoint: Checkpoint;
  readonly backend: Backend;
}

class LocalEngine implements Engine {
  private current: Open | null = null;
  private readonly running = new Map<string, AbortController>();

  constructor(private readonly options: EngineOptions) {}

  private get opened(): Open {
    if (!this.current) throw new Error('engine: no model is open. Open one first.');
    return this.current;
  }

  async environment(): Promise<Environment> {
    return this.opened.backend.environment();
  }

  async open(source: ModelSource, onProgress?: Parameters<Engine['open']>[1]): Promise<ModelInfo> {
    const { gpu, appUrl, folder, fakeLimits, budgetFlops } = this.options;
    const from = folder?.(source) ?? null;
    const checkpoint = await openCheckpoint(source, {
      ...(from ? { folder: from } : {}),
      ...(appUrl === undefined ? {} : { appUrl }),
      ...(onProgress ? { onProgress } : {}),
    });
    const backend = gpu
      ? await GpuBackend.open(
          {
            gpu,
            ...(fakeLimits ? { fakeLimits } : {}),
            ...(budgetFlops === undefined ? {} : { budgetFlops }),
          },
          checkpoint,
          (fraction) =>
            onProgress?.({
              loadedBytes: Math.round(fraction * checkpoint.bytes),
              totalBytes: checkpoint.bytes,
              doing: 'moving the weights to the GPU',
            }),
        )
      : await ReferenceBackend.open(checkpoint);
    // The model in use stays until the new one is ready, so that a failed load loses nothing.
    for (const controller of this.running.values()) controller.abort();
    this.current?.backend.close();
    this.current = { checkpoint, backend };
    return modelInfo(checkpoint);
  }

  async tokenize(text: string, bos: boolean): ReturnType<Engine['tokenize']> {
    const { tokenizer, title } = this.opened.checkpoint;
    const tokens = tokenizer.encode(text);
    if (!bos) return tokens;
    if (!tokenizer.bosToken) throw new Error(`bos: ${title} has no BOS token. Switch BOS off.`);
    return [{ ...tokenizer.bosToken, bytes: null, isBos: true }, ...tokens];
  }

  async decode(ids: readonly number[]): Promise<string[]> {
    const { tokenizer } = this.opened.checkpoint;
    return ids.map((id) => tokenizer.decode(id));
  }

  async predict(tokens: readonly number[], k: number): ReturnType<Engine['predict']> {
    const { checkpoint, backend } = this.opened;
    const row = tokens.length - 1;
    const site = 'unembed.hook_out';
    const run: Run = { id: 'clean', tokens, captures: [{ site, rows: [row] }], metric: { row, answer: 0 } };
    const { runs } = await backend.forward({ runs: [run], reuse: 'wavefront' });
    const { metric, captures } = runs.clean!;
    const logits = captures[site]!.data;
    return Array.from(logits, (logit, id) => ({ id, logit }))
      .sort((a, b) => b.logit - a.logit)
      .slice(0, k)
      .map(({ id, logit }) => ({
        id,
        logit,
        p: Math.exp(logit - metric!.logSumExp),
        text: checkpoint.tokenizer.decode(id),
      }));
  }

  async capture({ sites, ...rest }: CaptureRequest): Promise<Record<string, Tensor>> {
    const run: Run = { id: 'run', captures: sites.map((site) => ({ site })), ...rest };
    const { runs } = await this.opened.backend.forward({ runs: [run], reuse: 'wavefront' });
    return { ...runs.run!.captures };
  }

  async lens(tokens: readonly number[]): ReturnType<Engine['lens']> {
    const { checkpoint, backend } = this.opened;
    const { runs } = await backend.forward({ runs: lensRuns(checkpoint.spec, tokens), reuse: 'wavefront' });
    return {
      cells: lensCells(checkpoint.spec, tokens.length, runs, (id) => checkpoint.tokenizer.decode(id)),
    };
  }

  async resolve(question: Parameters<Engine['resolve']>[0]): Promise<Record<string, unknown>> {
    const { checkpoint } = this.opened;
    const { tokenizer } = checkpoint;
    return resolveQuestion(question, {
      model: { id: checkpoint.id, revision: checkpoint.revision },
      spec: checkpoint.spec,
      bosDefault: checkpoint.bos,
      bosToken: tokenizer.bosToken,
      sigma: checkpoint.card?.sigma ?? null,
      encode: (text) => tokenizer.encode(text),
      decode: (ids) => ids.map((id) => tokenizer.decode(id)),
      predict: async (tokens) => (await this.predict(tokens, 1))[0]!.id,
    });
  }

  async estimate(spec: Record<string, unknown>): ReturnType<Engine['estimate']> {
    const { runs } = this.planned(spec);
    return { forwards: runs.length, ...this.opened.backend.estimate({ runs, reuse: this.execution }) };
  }

  async run(
    runId: string,
    spec: Record<string, unknown>,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument> {
    if (this.running.has(runId)) throw new Error(`run '${runId}': is running already. Use another id.`);
    const { checkpoint, backend } = this.opened;
    const { experiment, parsed, runs } = this.planned(spec);
    const controller = new AbortController();
    this.running.set(runId, controller);
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const finished = new Set<string>();
    const document = (results: Readonly<Record<string, RunResult>>, counters: ResultDocument['counters']) =>
      experiment.reduce(parsed, results, finished, {
        model: {
          id: checkpoint.id,
          revision: checkpoint.revision,
          sha256: checkpoint.sha256,
          title: checkpoint.title,
        },
        environment: { ...this.provenance(), seconds: seconds() },
        counters: { ...counters },
        spec: checkpoint.spec,
        decode: (id) => checkpoint.tokenizer.decode(id),
      });
    try {
      const request = { runs, reuse: this.execution };
      const estimate = backend.estimate(request);
      onEvent?.({ type: 'planned', forwards: runs.length, ...estimate });
      const nothingCounted = { dispatches: 0, submits: 0, readbacks: 0, flops: 0, naiveFlops: 0 };
      let doing = 'clean and corrupted runs';
      const result = await backend.forward(request, {
        signal: controller.signal,
        onProgress: (fraction) => {
          const left = fraction > 0.02 ? (seconds() * (1 - fraction)) / fraction : estimate.seconds;
          onEvent?.({ type: 'progress', fraction, secondsLeft: left, doing });
        },
        onUnit: (unit, results) => {
          finished.add(unit);
          doing = `restoring ${nextUnit(runs, finished) ?? 'done'}`;
          const partial = document(results, nothingCounted);
          if (partial) onEvent?.({ type: 'partial', document: partial });
        },
        onRecover: (reason) => onEvent?.({ type: 'recovering', reason }),
      });
      for (const run of runs) finished.add(run.unit ?? '');
      return document(result.runs, result.counters)!;
    } catch (error) {
      if (controller.signal.aborted) throw new Error(CANCELLED);
      throw error;
    } finally {
      this.running.delete(runId);
    }
  }

  async cancel(runId: string): Promise<void> {
    this.running.get(runId)?.abort();
  }

  async verify(tokens: readonly number[]): ReturnType<Engine['verify']> {
    const { checkpoint } = this.opened;
    const sites = listSites(checkpoint.spec).map((site) => site.name);
    const ours = await this.capture({ tokens, sites });
    const reference = await referenceOf(checkpoint);
    const { runs } = await reference({
      runs: [{ id: 'run', tokens, captures: sites.map((site) => ({ site })) }],
      reuse: 'naive',
    });
    return sites.map((site) => siteError(site, ours[site]!.data, runs.run!.captures[site]!.data));
  }

  async loseDevice(): Promise<void> {
    this.opened.backend.loseDevice();
  }

  async close(): Promise<void> {
    for (const controller of this.running.values()) controller.abort();
    this.current?.backend.close();
    this.current = null;
  }

  private get execution(): Reuse {
    return this.options.execution ?? 'wavefront';
  }

  private planned(spec: Record<string, unknown>) {
    const { checkpoint } = this.opened;
    const experiment = experimentOf(spec);
    const parsed = experiment.parseSpec(spec, checkpoint.spec);
    return { experiment, parsed, runs: experiment.plan(parsed, checkpoint.spec) };
  }

  private provenance(): Omit<ResultDocument['environment'], 'seconds'> {
    const { adapter, engine } = this.opened.backend.environment();
    const execution = engine === 'reference' ? 'naive' : this.execution;
    return {
      adapter,
      engine,
      execution,
      kernels: engine === 'reference' ? 'none' : KERNELS,
      loci: version,
      time: new Date().toISOString(),
    };
  }
}

/** The first unit that is not finished. */
function nextUnit(runs: readonly Run[], finished: ReadonlySet<string>): string | undefined {
  return runs.find((run) => !finished.has(run.unit ?? ''))?.unit;
}

function modelInfo(checkpoint: Checkpoint): ModelInfo {
  const { id, title, revision, sha256, spec, weights, bytes, bos, tokenizer, card, facts } = checkpoint;
  const sigma = card?.sigma ? { value: card.sigma.value, rule: card.sigma.rule } : null;
  return {
    id,
    title,
    revision,
    sha256,
    spec,
    parameters: weights.parameters,
    bytes,
    bos,
    bosToken: tokenizer.bosToken,
    sigma,
    facts,
  };
}
