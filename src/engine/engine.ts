/**
 * The engine: the only place that composes load, weights, forward and experiments. The page runs it
 * in a worker, the command line in Node; both see only `api.ts`.
 */
import { version } from '../../package.json';
import { type AnyExperiment, anyExperiment } from '../experiments/experiment';
import { experimentOf } from '../experiments/registry';
import { tightenExperiment } from '../experiments/trace/tighten';
import { findAnswerRow } from '../experiments/common/prompt';
import type { Run } from '../forward/request/types';
import type { Reuse, Tensor } from '../forward/request/contract';
import { FileCache } from '../load/cache';
import { encodeText } from '../load/encode';
import { fetchSet } from '../load/sets';
import { outcomeOf } from '../model/outcomes';
import { refuseUnread } from '../load/rows';
import type { FileStore } from '../load/store';
import type { ModelSource } from '../load/source';
import { blockOutput, listSites } from '../model/sites';
import { exportFileName } from '../onnx/fileName';
import type { OpenOnnx } from '../onnx/run';
import type { ResultDocument } from '../results/document';
import { largestIds } from '../util/largest';
import { MOST } from '../util/bounds';
import { sha256OfText } from '../util/sha256';
import {
  type CaptureRequest,
  type CutRequest,
  type Engine,
  type EngineEvent,
  type Environment,
  type GeneratedToken,
  type FirstPrompt,
  type GenerateRequest,
  type Generation,
  type MeasuredEdge,
  type ModelInfo,
  type ModelPreview,
  type OpenOptions,
  type Storage,
  type TightenRequest,
  type ToldAnswer,
  type Verification,
  type VerifyAgainst,
  CANCELLED,
} from './api';
import { referenceOf } from './backends';
import { captureRuns } from './capture';
import { answerWithCuts, measureEdges } from './cuts';
import { pooledEmbedding } from './embedding';
import { firstPrompt } from './first/prompt';
import { generateTokens, generatingModel } from './generate';
import { lensCells, lensRuns } from './lens';
import { modelInfo, type OpenedModel } from './modelInfo';
import { closeModel, ModelOpener, type OnOpenProgress, type OpenerOptions } from './opening';
import { type AskedModel, noticesAbout, resolveContext, resolveQuestion, whySetUnfit } from './questions';
import { estimateRun } from './estimate';
import { type MeasuredStore, runExperiment, type RunningModel } from './running';
import { storedModels } from './storedModels';
import { againstOnnx, againstReference, VERIFY_BARS } from './verify';
import { named, quoted } from '../util/parse';

export interface EngineOptions extends OpenerOptions {
  /** Where to keep copies of hub files; null or absent for nowhere. */
  readonly store?: FileStore | null;
  /** Reads a shipped task set's file; default: from `appUrl`. */
  readonly readSet?: (name: string) => Promise<string>;
  /** Keeps measured cases of long studies so that they can resume; absent for none. */
  readonly measured?: MeasuredStore;
  /**
   * Runs an exported model for `verify`, possibly in its own thread, since onnxruntime-web computes
   * without pausing.
   */
  readonly openOnnx?: OpenOnnx;
  /** How to execute a trace; default 'wavefront'. */
  readonly execution?: Reuse;
}

/**
 * The kernel set. There is only one, and shapes of equal divisibility use the same kernels, so runs
 * are comparable bit by bit.
 */
const KERNELS = 'pinned';

export function createEngine(options: EngineOptions): Engine {
  return new LocalEngine(options);
}

interface Asked {
  readonly experiment: AnyExperiment;
  readonly spec: Record<string, unknown>;
}

interface Open extends OpenedModel {
  /** The last verification, recorded in documents. */
  verified: ResultDocument['environment']['verified'] | null;
  /**
   * The last question, by its JSON. An estimate and the run that follows share it, and so share
   * runs and plans.
   */
  asked: (Asked & { readonly json: string }) | null;
}

class LocalEngine implements Engine {
  private current: Open | null = null;
  private readonly running = new Map<string, AbortController>();
  private readonly cache: FileCache | null;
  private readonly opener: ModelOpener;

  constructor(private readonly options: EngineOptions) {
    this.cache = options.store ? new FileCache(options.store) : null;
    this.opener = new ModelOpener(options, this.cache);
  }

  private get opened(): Open {
    if (!this.current) throw new Error('engine: no model is open. Open one first.');
    return this.current;
  }

  async environment(): Promise<Environment> {
    return this.opened.backend.environment();
  }

  preview(source: ModelSource): Promise<ModelPreview> {
    return this.opener.preview(source);
  }

  async open(
    source: ModelSource,
    onProgress?: OnOpenProgress,
    { weights = 'f32' }: OpenOptions = {},
  ): Promise<ModelInfo> {
    // The current model stays until the new one is ready, so a failed load loses nothing.
    const opened = { ...(await this.opener.open(source, weights, onProgress)), verified: null, asked: null };
    for (const run of this.running.values()) run.abort();
    if (this.current) closeModel(this.current);
    this.current = opened;
    return modelInfo(opened);
  }

  async cancelOpen(): Promise<void> {
    this.opener.cancel();
  }

  async storage(): Promise<Storage> {
    return storedModels(this.cache);
  }

  async deleteStored(keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.cache?.delete(key);
  }

  async chat(prompt: string): Promise<string> {
    const { hasChatTemplate, tokenizer, title } = this.opened.checkpoint;
    if (!hasChatTemplate)
      throw new Error(`chat: ${title} has no chat template, got a prompt for one. Use the prompt as it is.`);
    const { bosToken, eosToken } = tokenizer;
    return tokenizer.chat(prompt, {
      bosToken: bosToken?.text ?? null,
      eosToken: eosToken?.text ?? null,
    });
  }

  async embedding(tokens: readonly number[]): Promise<Float32Array> {
    const { spec } = this.opened.checkpoint;
    const site = blockOutput(spec, spec.nLayers - 1);
    const { [site]: output } = await this.capture({ tokens, sites: [site] });
    return pooledEmbedding(output!);
  }

  async tokenize(text: string, bos: boolean): ReturnType<Engine['tokenize']> {
    return encodeText(this.opened.checkpoint, text, bos);
  }

  async decode(ids: readonly number[]): Promise<string> {
    return this.opened.checkpoint.tokenizer.decodeAll(ids);
  }

  async predict(tokens: readonly number[], k: number): ReturnType<Engine['predict']> {
    this.refuseUnread(tokens);
    const { checkpoint, backend } = this.opened;
    const row = findAnswerRow(tokens, { spec: checkpoint.spec, maskToken: checkpoint.tokenizer.maskToken });
    const site = 'unembed.hook_out';
    const run: Run = { id: 'clean', tokens, captures: [{ site, rows: [row] }], metric: { row, answer: 0 } };
    const { runs } = await backend.forward({ runs: [run], reuse: 'wavefront' });
    const { metric, captures } = runs.clean!;
    const logits = captures[site]!.data;
    const outcome = outcomeOf(checkpoint.spec, checkpoint.tokenizer.decode);
    return largestIds(logits, k).map((id) => ({
      id,
      logit: logits[id]!,
      p: Math.exp(logits[id]! - metric!.logSumExp),
      text: outcome(id),
    }));
  }

  async capture(request: CaptureRequest): Promise<Record<string, Tensor>> {
    const { tokens, prompts = {} } = request;
    for (const ids of [tokens, ...Object.values(prompts)]) this.refuseUnread(ids);
    const { runs } = await this.opened.backend.forward({ runs: captureRuns(request), reuse: 'wavefront' });
    return { ...runs.run!.captures };
  }

  async lens(tokens: readonly number[]): ReturnType<Engine['lens']> {
    this.refuseUnread(tokens);
    const { checkpoint, backend } = this.opened;
    const { runs } = await backend.forward({ runs: lensRuns(checkpoint.spec, tokens), reuse: 'wavefront' });
    const outcome = outcomeOf(checkpoint.spec, checkpoint.tokenizer.decode);
    return {
      cells: lensCells(checkpoint.spec, tokens.length, runs, outcome),
    };
  }

  async resolve(question: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    return resolveQuestion(question, this.askedModel());
  }

  async notices(question: Readonly<Record<string, unknown>>): ReturnType<Engine['notices']> {
    return noticesAbout(question, this.askedModel());
  }

  async whyUnfit(kind: string, name: string): Promise<string | null> {
    return whySetUnfit(kind, name, this.askedModel());
  }

  async firstPrompt(runId: string): Promise<FirstPrompt> {
    const { checkpoint, backend } = this.opened;
    return this.cancellable(runId, (signal) =>
      firstPrompt(checkpoint.facts, {
        context: resolveContext(this.askedModel()),
        backend,
        signal,
        predict: (tokens, k) => this.predict(tokens, k),
        store: this.options.store ?? null,
      }),
    );
  }

  private askedModel(): AskedModel {
    return {
      ...this.opened,
      predict: (tokens, k) => this.predict(tokens, k),
      readSet: this.options.readSet ?? ((name) => fetchSet(this.options.appUrl, name)),
    };
  }

  async estimate(
    spec: Record<string, unknown>,
    { runId, mostPlanned = MOST.estimatedRuns }: Parameters<Engine['estimate']>[1] = {},
  ): ReturnType<Engine['estimate']> {
    const estimate = (signal?: AbortSignal) =>
      estimateRun(
        this.asked(spec),
        this.runningModel(() => 0),
        { mostPlanned, signal },
      );
    return runId === undefined ? estimate() : this.cancellable(runId, estimate);
  }

  async run(
    runId: string,
    spec: Record<string, unknown>,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument> {
    return this.runAsked(runId, this.asked(spec), onEvent);
  }

  async tighten(
    runId: string,
    request: TightenRequest,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument> {
    return this.runAsked(runId, this.askedAgain(request), onEvent);
  }

  async estimateTighten(request: TightenRequest): ReturnType<Engine['estimate']> {
    return estimateRun(
      this.askedAgain(request),
      this.runningModel(() => 0),
    );
  }

  private runAsked(
    runId: string,
    asked: Asked,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument> {
    const started = performance.now();
    return this.cancellable(runId, (signal) => {
      const model = this.runningModel(() => (performance.now() - started) / 1000);
      const store = this.options.measured ?? null;
      return runExperiment(asked, model, { signal, onEvent, store, key: this.measuredKey(asked.spec) });
    });
  }

  async answerWithCuts(request: CutRequest): Promise<ToldAnswer> {
    const { before, after, ...rest } = await answerWithCuts(
      request,
      this.runningModel(() => 0),
    );
    const { spec, tokenizer } = this.opened.checkpoint;
    const outcome = outcomeOf(spec, tokenizer.decode);
    const told = ({ top, ...said }: typeof before) => ({
      ...said,
      top: top.map((token) => ({ ...token, text: outcome(token.id) })),
    });
    return { ...rest, before: told(before), after: told(after) };
  }

  measureEdges(request: CutRequest): Promise<MeasuredEdge[]> {
    return measureEdges(
      request,
      this.runningModel(() => 0),
    );
  }

  async generate(
    runId: string,
    request: GenerateRequest,
    onToken?: (token: GeneratedToken) => void,
  ): Promise<Generation> {
    this.refuseUnread(request.tokens);
    const { checkpoint, backend } = this.opened;
    const started = performance.now();
    return this.cancellable(runId, async (signal) => {
      const from = generatingModel(checkpoint, backend);
      const sequences = await generateTokens(request, from, onToken, signal);
      const { model, environment } = this.runningModel(() => (performance.now() - started) / 1000).context();
      return { request, sequences, model, environment };
    });
  }

  /** Runs work that `cancel` can stop; it then rejects with CANCELLED. */
  private async cancellable<T>(runId: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.running.has(runId)) throw new Error(`run ${quoted(runId)}: is running already. Use another id.`);
    const controller = new AbortController();
    this.running.set(runId, controller);
    try {
      return await work(controller.signal);
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

  async verify(tokens: readonly number[], against: VerifyAgainst): Promise<Verification> {
    const { opened } = this;
    const { checkpoint, backend } = opened;
    const { spec, weights } = checkpoint;
    const ours = await this.capture({ tokens, sites: listSites(spec).map((site) => site.name) });
    const result =
      against === 'reference'
        ? await againstReference(spec, tokens, ours, await referenceOf(checkpoint))
        : await againstOnnx(spec, tokens, ours, weights, this.options.openOnnx);
    const bar = VERIFY_BARS[backend.weights.format];
    const worst = result.errors.reduce((a, b) => (b.relative > a.relative ? b : a));
    const { relative, site } = worst;
    opened.verified = { against: result.against, sites: result.errors.length, relative, site, bar };
    return { ...result, bar };
  }

  async exportOnnx(): ReturnType<Engine['exportOnnx']> {
    const { id, spec, weights } = this.opened.checkpoint;
    const { exportOnnx } = await import('../onnx/export');
    const name = exportFileName(id);
    const { model, external } = await exportOnnx(spec, weights.slots, weights.get, {
      dataName: `${name}.data`,
    });
    return [{ name, bytes: model }, ...external];
  }

  async loseDevice(): Promise<void> {
    this.opened.backend.loseDevice();
  }

  async close(): Promise<void> {
    for (const controller of this.running.values()) controller.abort();
    if (this.current) closeModel(this.current);
    this.current = null;
  }

  private refuseUnread(ids: readonly number[]): void {
    const { spec, tokenizer } = this.opened.checkpoint;
    refuseUnread(ids, spec, tokenizer);
  }

  private get execution(): Reuse {
    return this.options.execution ?? 'wavefront';
  }

  private asked(json: Record<string, unknown>): Asked {
    const { opened } = this;
    const key = JSON.stringify(json);
    if (opened.asked?.json !== key) {
      const experiment = experimentOf(json);
      opened.asked = { json: key, experiment, spec: experiment.parseSpec(json, opened.checkpoint.spec) };
    }
    return opened.asked;
  }

  /** The question of drawing more noise for a finding's numbers. */
  private askedAgain(request: TightenRequest): Asked {
    const { model } = request.document;
    const { sha256 } = this.opened.backend.weights;
    if (model.sha256 !== sha256) {
      throw new Error(
        `tighten: this finding is about another model, got ${named(this.opened.checkpoint.title)}, expected ${named(model.title)} ` +
          `with weights ${named(model.sha256.slice(0, 8))}. Open that model.`,
      );
    }
    const experiment = anyExperiment(tightenExperiment(request));
    return { experiment, spec: experiment.parseSpec(request.document.spec, this.opened.checkpoint.spec) };
  }

  private runningModel(seconds: () => number): RunningModel {
    const { checkpoint, backend } = this.opened;
    return {
      spec: checkpoint.spec,
      backend,
      execution: this.execution,
      weight: (name) => checkpoint.weights.get(name),
      context: () => ({
        model: {
          id: checkpoint.id,
          revision: checkpoint.revision,
          sha256: backend.weights.sha256,
          title: checkpoint.title,
          family: checkpoint.spec.family,
          weights: backend.weights.format,
        },
        environment: { ...this.provenance(), seconds: seconds() },
        decode: (id) => checkpoint.tokenizer.decode(id),
        outcome: outcomeOf(checkpoint.spec, checkpoint.tokenizer.decode),
      }),
    };
  }

  /** Includes weights, format, kernels and version: a change means measuring again. */
  private measuredKey(spec: Record<string, unknown>): string {
    const { sha256, format } = this.opened.backend.weights;
    const { engine } = this.opened.backend.environment();
    const identity = { spec, sha256, format, engine, execution: this.execution, kernels: KERNELS, version };
    return sha256OfText(JSON.stringify(identity));
  }

  private provenance(): Omit<ResultDocument['environment'], 'seconds'> {
    const { backend, verified } = this.opened;
    const { adapter, engine } = backend.environment();
    const execution = engine === 'reference' ? 'naive' : this.execution;
    return {
      adapter,
      engine,
      execution,
      kernels: engine === 'reference' ? 'none' : KERNELS,
      loci: version,
      time: new Date().toISOString(),
      ...(verified ? { verified } : {}),
    };
  }
}
