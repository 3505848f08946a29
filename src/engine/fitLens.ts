/**
 * Fits a Jacobian lens (Gurnee et al. 2026): the mean over texts of
 *   J_l = 1/|V| sum over t in V, t' in V with t' >= t of d h_final[t'] / d h_l[t]
 * with h_l the output of block l, h_final that of the last block, and V the text's positions without
 * the first few and the last. One backward pass gives one row of all J_l: its cotangent is 1 in that
 * column at every t' in V, and causal attention leaves out t' < t. Samples of a run are the rows.
 */
import type { Run } from '../forward/request/types';
import { sampleId } from '../forward/request/samples';
import { lensHash } from '../load/lens/hash';
import { type FitSums, fitStore } from '../load/lens/sums';
import type { FileStore } from '../load/store';
import type { JacobianLens } from '../model/lens';
import { blockOutput } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { range } from '../util/range';
import { sha256OfText } from '../util/sha256';
import type { Backend } from './backend';
import { type FitPlan, planFit } from './fitRequest';
import type { FitEvent, FitRequest } from './lensApi';
import { RunMeter } from './runMeter';
import type { OpenedModel } from './modelInfo';

/** Most bytes of the stream's gradients in one request. */
const REQUEST_BYTES = 2 ** 26;
/** Milliseconds between two writes of the running sums. */
const SAVE_EVERY = 10_000;

const RUN = 'text';

export interface FitOptions {
  readonly store: FileStore | null;
  readonly signal: AbortSignal;
  readonly onEvent: ((event: FitEvent) => void) | undefined;
}

interface Fitted {
  readonly lens: JacobianLens;
  readonly skipped: number;
  readonly takenUp: number;
}

/** Rejects with an Error; with an AbortError if `signal` is aborted, what was measured being kept. */
export async function fitLens(
  request: FitRequest,
  { checkpoint, backend }: OpenedModel,
  { store, signal, onEvent }: FitOptions,
): Promise<Fitted> {
  const { spec } = checkpoint;
  const plan = await planFit(request, checkpoint);
  const { prompts, layers, skipFirst, skipped } = plan;
  const kept = store && fitStore(store, keyOf(plan, backend), { layers, dModel: spec.dModel });
  const { done: takenUp, sums } = (await kept?.load()) ?? nothing(spec, layers);
  const meter = new RunMeter(await estimate(plan, spec, backend), onEvent);
  meter.begin(takenUp / prompts.length);
  let done = takenUp;
  let saved = performance.now();
  try {
    for (; done < prompts.length; done++) {
      const report = (fraction: number): void =>
        meter.report((done + fraction) / prompts.length, `text ${done + 1} of ${prompts.length}`);
      const one = { tokens: prompts[done]!, layers, skipFirst };
      const jacobians = await jacobiansOf(one, spec, backend, { signal, report });
      for (const [layer, sum] of sums) addTo(sum, jacobians.get(layer)!);
      if (performance.now() - saved < SAVE_EVERY || done + 1 === prompts.length) continue;
      await kept?.save({ done: done + 1, sums });
      saved = performance.now();
    }
  } catch (error) {
    if (done > takenUp) await kept?.save({ done, sums });
    throw error;
  }
  await kept?.remove();
  for (const sum of sums.values()) for (let i = 0; i < sum.length; i++) sum[i]! /= prompts.length;
  const { title } = request;
  const info = {
    sha256: lensHash(sums),
    title,
    dModel: spec.dModel,
    layers,
    prompts: prompts.length,
    skipFirst,
  };
  return { lens: { ...info, matrices: sums }, skipped, takenUp };
}

interface OneText extends Pick<FitPlan, 'layers' | 'skipFirst'> {
  readonly tokens: readonly number[];
}

/** The run whose samples [begin, end) are these rows of the text's Jacobians. */
function rowsOf(
  { tokens, layers, skipFirst }: OneText,
  spec: ModelSpec,
  samples: readonly [number, number],
): Run {
  const rows = range(skipFirst, tokens.length - 1);
  return {
    id: RUN,
    tokens,
    samples,
    gradients: {
      seed: { site: blockOutput(spec, spec.nLayers - 1), rows, column: 0 },
      of: layers.map((layer) => ({ site: blockOutput(spec, layer), rows, mean: true as const })),
    },
  };
}

/** J_l of one text, by layer. */
async function jacobiansOf(
  text: OneText,
  spec: ModelSpec,
  backend: Pick<Backend, 'forward'>,
  { signal, report }: { readonly signal: AbortSignal; readonly report: (fraction: number) => void },
): Promise<ReadonlyMap<number, Float32Array>> {
  const { dModel: D } = spec;
  const out = new Map(text.layers.map((layer) => [layer, new Float32Array(D * D)]));
  const step = columnsAtOnce(text.tokens.length, D);
  for (let begin = 0; begin < D; begin += step) {
    const end = Math.min(D, begin + step);
    const run = rowsOf(text, spec, [begin, end]);
    const onProgress = (fraction: number): void => report((begin + fraction * (end - begin)) / D);
    const { runs } = await backend.forward({ runs: [run], reuse: 'wavefront' }, { signal, onProgress });
    for (const row of range(begin, end)) {
      const { gradients } = runs[sampleId(RUN, row)]!;
      for (const [layer, matrix] of out) matrix.set(gradients![blockOutput(spec, layer)]!.data, row * D);
    }
  }
  return out;
}

const columnsAtOnce = (T: number, D: number): number => Math.max(1, Math.floor(REQUEST_BYTES / (4 * T * D)));

function nothing(spec: ModelSpec, layers: readonly number[]): FitSums {
  const { dModel: D } = spec;
  return { done: 0, sums: new Map(layers.map((layer) => [layer, new Float32Array(D * D)])) };
}

function addTo(sum: Float32Array, more: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!;
}

/** Seconds, from the first text. */
async function estimate({ prompts, ...plan }: FitPlan, spec: ModelSpec, backend: Pick<Backend, 'estimate'>) {
  const { dModel: D } = spec;
  const step = Math.min(D, columnsAtOnce(prompts[0]!.length, D));
  const run = rowsOf({ ...plan, tokens: prompts[0]! }, spec, [0, step]);
  const { seconds } = await backend.estimate({ runs: [run], reuse: 'wavefront' });
  return (seconds * prompts.length * D) / step;
}

/** Of everything that the running sums depend on. */
function keyOf({ prompts, layers, skipFirst }: FitPlan, backend: Backend): string {
  const { sha256, format } = backend.weights;
  const { engine } = backend.environment();
  return sha256OfText(JSON.stringify({ prompts, layers, skipFirst, sha256, format, engine }));
}
