/**
 * The engine: the only place that composes load, weights, forward and experiments. The page runs it
 * in a worker, the command line in Node; both see only `api.ts`.
 */
import { anyExperiment } from '../experiments/experiment';
import { experimentOf } from '../experiments/registry';
import { tightenExperiment } from '../experiments/trace/tighten';
import { refuseOtherLens } from '../experiments/common/lens';
import { findAnswerRow } from '../experiments/common/prompt';
import type { Run } from '../forward/request/types';
import type { Reuse } from '../forward/request/contract';
import { FileCache } from '../load/cache';
import { encodeText } from '../load/encode';
import { fetchSet } from '../load/sets';
import { LOGITS } from '../model/siteKinds';
import { outcomeOf } from '../model/outcomes';
import { refuseUnread } from '../load/rows';
import type { FileStore } from '../load/store';
import { blockOutput, listSites } from '../model/sites';
import { exportFileName } from '../onnx/fileName';
import type { OpenOnnx } from '../onnx/run';
import type { ResultDocument } from '../results/document';
import { largestIds } from '../util/largest';
import { MOST } from '../util/bounds';
import { type Engine, type EngineEvent, type Told, type TightenRequest, CANCELLED } from './api';
import { referenceOf } from './backends';
import { captureRuns } from './capture';
import { answerWithCuts, measureEdges } from './cuts';
import { pooledEmbedding } from './embedding';
import { firstPrompt } from './first/prompt';
import { gradientRuns, resolveDifferentiated } from './gradients';
import { generateTokens, generatingModel } from './generate';
import { lensCells, lensReading, lensRuns, lensTop, lensTopRuns } from './lens';
import { infoOf } from './lensMatrix';
import { lensEngine } from './lenses';
import { modelInfo } from './modelInfo';
import { closeModel, ModelOpener, type OpenerOptions } from './opening';
import {
  type AskedModel,
  choiceContext,
  noticesAbout,
  resolveContext,
  resolveQuestion,
  whySetUnfit,
} from './questions';
import { type Asked, estimateRun } from './estimate';
import { type MeasuredStore, runExperiment } from './running';
import { measuredKey, runningModel, type VerifiedModel } from './runningModel';
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

interface Open extends VerifiedModel {
  /**
   * The last question, by its JSON. An estimate and the run that follows share it, and so share
   * runs and plans.
   */
  asked: (Asked & { readonly json: string }) | null;
}

export function createEngine(options: EngineOptions): Engine {
  const { store = null, measured = null, execution = 'wavefront' } = options;
  const cache = store && new FileCache(store);
  const opener = new ModelOpener(options, cache);
  const running = new Map<string, AbortController>();
  let current: Open | null = null;

  function opened(): Open {
    if (!current) throw new Error('engine: no model is open. Open one first.');
    return current;
  }

  /** Ends the open model and its runs. */
  function closeCurrent(): void {
    for (const run of running.values()) run.abort();
    if (current) closeModel(current);
    current = null;
  }

  /** Runs work that `cancel` can stop; it then rejects with CANCELLED. */
  async function cancellable<T>(runId: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (running.has(runId)) throw new Error(`run ${quoted(runId)}: is running already. Use another id.`);
    const controller = new AbortController();
    running.set(runId, controller);
    try {
      return await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted) throw new Error(CANCELLED);
      throw error;
    } finally {
      running.delete(runId);
    }
  }

  function refuseUnreadTokens(ids: readonly number[]): void {
    const { spec, tokenizer } = opened().checkpoint;
    refuseUnread(ids, spec, tokenizer);
  }

  /** A token's text, or a class's name. */
  function outcomes(): (id: number) => string {
    const { spec, tokenizer } = opened().checkpoint;
    return outcomeOf(spec, tokenizer.decode);
  }

  const forward = (runs: readonly Run[]) => opened().backend.forward({ runs, reuse: 'wavefront' });

  const predict: Engine['predict'] = async (tokens, k) => {
    refuseUnreadTokens(tokens);
    const { spec, tokenizer } = opened().checkpoint;
    const row = findAnswerRow(tokens, { spec, maskToken: tokenizer.maskToken });
    const { runs } = await forward([
      { id: 'clean', tokens, captures: [{ site: LOGITS, rows: [row] }], metric: { row, answer: 0 } },
    ]);
    const { metric, captures } = runs.clean!;
    const logits = captures[LOGITS]!.data;
    const textOf = outcomes();
    return largestIds(logits, k).map((id) => ({
      id,
      logit: logits[id]!,
      p: Math.exp(logits[id]! - metric!.logSumExp),
      text: textOf(id),
    }));
  };

  const capture: Engine['capture'] = async (request) => {
    const { tokens, prompts = {} } = request;
    for (const ids of [tokens, ...Object.values(prompts)]) refuseUnreadTokens(ids);
    const { runs } = await forward(captureRuns(request));
    return { ...runs.run!.captures };
  };

  const readerOf = (tokens: readonly number[]) => {
    const { checkpoint, lens } = opened();
    return { spec: checkpoint.spec, lens, capture: (sites: readonly string[]) => capture({ tokens, sites }) };
  };

  const askedModel = (): AskedModel => ({
    ...opened(),
    predict,
    readSet: options.readSet ?? ((name) => fetchSet(options.appUrl, name)),
  });

  const gradients: Engine['gradients'] = async (request) => {
    const known = await resolveDifferentiated(request, choiceContext(askedModel()));
    for (const ids of [known.tokens, ...Object.values(request.prompts ?? {})]) refuseUnreadTokens(ids);
    const { runs } = await forward(gradientRuns(request, known));
    return { ...known, gradients: { ...runs.run!.gradients } };
  };

  function asked(json: Record<string, unknown>): Asked {
    const model = opened();
    const key = JSON.stringify(json);
    if (model.asked?.json !== key) {
      const experiment = experimentOf(json);
      model.asked = { json: key, experiment, spec: experiment.parseSpec(json, model.checkpoint.spec) };
    }
    return model.asked;
  }

  /** The question of drawing more noise for a finding's numbers. */
  function askedAgain(request: TightenRequest): Asked {
    const { model, spec } = request.document;
    const { checkpoint, backend } = opened();
    if (model.sha256 !== backend.weights.sha256) {
      throw new Error(
        `tighten: this finding is about another model, got ${named(checkpoint.title)}, expected ${named(model.title)} ` +
          `with weights ${named(model.sha256.slice(0, 8))}. Open that model.`,
      );
    }
    const experiment = anyExperiment(tightenExperiment(request));
    return { experiment, spec: experiment.parseSpec(spec, checkpoint.spec) };
  }

  const toRun = () => runningModel(opened(), execution);

  async function runAsked(
    runId: string,
    question: Asked,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument> {
    const model = toRun();
    refuseOtherLens(question.spec, infoOf(opened().lens));
    const key = measuredKey(question.spec, opened(), execution);
    return cancellable(runId, (signal) =>
      runExperiment(question, model, { signal, onEvent, store: measured, key }),
    );
  }

  return {
    ...lensEngine({ opened, store, cancellable }),
    environment: async () => opened().backend.environment(),
    preview: (source) => opener.preview(source),
    open: async (source, onProgress, { weights = 'f32' } = {}) => {
      // The current model stays until the new one is ready, so a failed load loses nothing.
      const next = await opener.open(source, weights, onProgress);
      closeCurrent();
      current = { ...next, verified: null, lens: null, asked: null };
      return modelInfo(next);
    },
    cancelOpen: async () => opener.cancel(),
    storage: () => storedModels(cache),
    deleteStored: async (keys) => {
      for (const key of keys) await cache?.delete(key);
    },
    chat: async (prompt) => {
      const { hasChatTemplate, tokenizer, title } = opened().checkpoint;
      if (!hasChatTemplate)
        throw new Error(
          `chat: ${title} has no chat template, got a prompt for one. Use the prompt as it is.`,
        );
      const { bosToken, eosToken } = tokenizer;
      return tokenizer.chat(prompt, { bosToken: bosToken?.text ?? null, eosToken: eosToken?.text ?? null });
    },
    embedding: async (tokens) => {
      const { spec } = opened().checkpoint;
      const site = blockOutput(spec, spec.nLayers - 1);
      return pooledEmbedding((await capture({ tokens, sites: [site] }))[site]!);
    },
    tokenize: async (text, bos) => encodeText(opened().checkpoint, text, bos),
    decode: async (ids) => opened().checkpoint.tokenizer.decodeAll(ids),
    predict,
    capture,
    gradients,
    lens: async (tokens, follow, through = 'logit') => {
      refuseUnreadTokens(tokens);
      const { spec } = opened().checkpoint;
      const reading = await lensReading(readerOf(tokens), through);
      const { runs } = await forward(lensRuns(spec, tokens, reading, follow));
      return { cells: lensCells(spec, tokens.length, runs, outcomes()) };
    },
    lensTop: async (tokens, place, k, through = 'logit') => {
      refuseUnreadTokens(tokens);
      const reading = await lensReading(readerOf(tokens), through, [place.row]);
      const { runs } = await forward(lensTopRuns(opened().checkpoint.spec, tokens, place, reading));
      return lensTop(runs.lens!, k, outcomes());
    },
    resolve: async (question) => resolveQuestion(question, askedModel()),
    notices: async (question) => noticesAbout(question, askedModel()),
    whyUnfit: async (kind, name) => whySetUnfit(kind, name, askedModel()),
    firstPrompt: async (runId) => {
      const { checkpoint, backend } = opened();
      const context = resolveContext(askedModel());
      return cancellable(runId, (signal) =>
        firstPrompt(checkpoint.facts, { context, backend, signal, predict, store }),
      );
    },
    estimate: async (spec, { runId, mostPlanned = MOST.estimatedRuns } = {}) => {
      const estimate = (signal?: AbortSignal) => estimateRun(asked(spec), toRun(), { mostPlanned, signal });
      return runId === undefined ? estimate() : cancellable(runId, estimate);
    },
    run: async (runId, spec, onEvent) => runAsked(runId, asked(spec), onEvent),
    tighten: async (runId, request, onEvent) => runAsked(runId, askedAgain(request), onEvent),
    estimateTighten: async (request) => estimateRun(askedAgain(request), toRun()),
    answerWithCuts: async (request) => {
      const { before, after, ...rest } = await answerWithCuts(request, toRun());
      const textOf = outcomes();
      const told = ({ top, ...said }: typeof before): Told => ({
        ...said,
        top: top.map((token) => ({ ...token, text: textOf(token.id) })),
      });
      return { ...rest, before: told(before), after: told(after) };
    },
    measureEdges: async (request) => measureEdges(request, toRun()),
    generate: async (runId, request, onToken) => {
      refuseUnreadTokens(request.tokens);
      const { checkpoint, backend } = opened();
      const { context } = toRun();
      return cancellable(runId, async (signal) => {
        const from = generatingModel(checkpoint, backend);
        const sequences = await generateTokens(request, from, onToken, signal);
        const { model, environment } = context();
        return { request, sequences, model, environment };
      });
    },
    cancel: async (runId) => running.get(runId)?.abort(),
    verify: async (tokens, against) => {
      const model = opened();
      const { checkpoint, backend } = model;
      const { spec, weights } = checkpoint;
      const ours = await capture({ tokens, sites: listSites(spec).map((site) => site.name) });
      const result =
        against === 'reference'
          ? await againstReference(spec, tokens, ours, await referenceOf(checkpoint))
          : await againstOnnx(spec, tokens, ours, weights, options.openOnnx);
      const bar = VERIFY_BARS[backend.weights.format];
      const { relative, site } = result.errors.reduce((a, b) => (b.relative > a.relative ? b : a));
      model.verified = { against: result.against, sites: result.errors.length, relative, site, bar };
      return { ...result, bar };
    },
    exportOnnx: async () => {
      const { id, spec, weights } = opened().checkpoint;
      const { exportOnnx } = await import('../onnx/export');
      const name = exportFileName(id);
      const dataName = `${name}.data`;
      const { model, external } = await exportOnnx(spec, weights.slots, weights.get, { dataName });
      return [{ name, bytes: model }, ...external];
    },
    loseDevice: async () => opened().backend.loseDevice(),
    close: async () => closeCurrent(),
  };
}
