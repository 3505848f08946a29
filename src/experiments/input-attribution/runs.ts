/**
 * The runs of one prompt, and their attributions. The input x is the output of the token embedding,
 * `hook_embed`; positions and all that is added later stay as they are. With m the metric:
 *   input x gradient       x . dm/dx
 *   integrated gradients   (x - b) . sum over k of w_k dm/dx at b + a_k (x - b)
 * by entry, for the nodes a_k and weights w_k of the Gauss-Legendre rule on [0, 1].
 */
import { prefixRuns, splitByPrefix } from '../../forward/request/prefix';
import type { Edit, EditSource, Run } from '../../forward/request/types';
import { gaussLegendre } from '../../statistics/gaussLegendre';
import { dot } from '../../util/dot';
import { range } from '../../util/range';
import { seedOf } from '../activation-patching/estimate';
import { metricRow, metricValue } from '../common/metric';
import type { StudyCase } from '../common/spec';
import type { CaseResults } from '../experiment';
import { continued } from './continuation';
import { type InputSpec, isIntegrated, type Method } from './spec';

const EMBED = 'hook_embed';
const [CLEAN, BASELINE] = ['clean', 'baseline'] as const;
const stepId = (k: number): string => `step.${k}`;

/** Numbers per token, [T], or per token and dimension, [T, D]. */
export type ByMethod = Readonly<Partial<Record<Method, readonly number[]>>>;

export interface Attributed {
  readonly tokens: ByMethod;
  readonly dimensions?: ByMethod;
  /** The metric at the prompt, and at the baseline if a path begins there. */
  readonly clean: number;
  readonly baseline: number | null;
}

/** A prompt's numbers, and those of each token of its continuation. */
export interface InputNumbers extends Attributed {
  readonly continuation: readonly Attributed[];
}

/** All runs of one prompt. `mean`: the vocabulary's mean embedding, [D]; read for that baseline only. */
export function inputRuns(spec: InputSpec, one: StudyCase, mean: readonly number[]): Run[] {
  const { continuation } = spec;
  const further = continuation.flatMap((_, j) =>
    prefixRuns(attributionRuns(spec, continued(one, continuation, j), mean), `${j}/`),
  );
  return [...attributionRuns(spec, one, mean), ...further];
}

export function inputNumbers(spec: InputSpec, one: StudyCase, runs: CaseResults['runs']): InputNumbers {
  const own = splitByPrefix(runs);
  const { continuation } = spec;
  const plain = { ...spec, dimensions: false };
  return {
    ...attributed(spec, own.get('')!, one.tokens.length),
    continuation: continuation.map((_, j) =>
      attributed(plain, own.get(`${j}/`)!, continued(one, continuation, j).tokens.length),
    ),
  };
}

function attributionRuns(spec: InputSpec, one: StudyCase, mean: readonly number[]): Run[] {
  const { tokens } = one;
  const rows = range(0, tokens.length);
  const metric = metricRow(one);
  const captures = [{ site: EMBED }];
  if (spec.metric === 'rank') throw new Error('internal: a rank has no gradient, which the spec refuses.');
  const gradients = { seed: { mean: [seedOf(spec.metric, one)] }, of: captures };
  const clean: Run = { id: CLEAN, tokens, metric, captures, gradients };
  if (!isIntegrated(spec)) return [clean];
  const begin = (source: EditSource): Run => ({
    id: BASELINE,
    base: CLEAN,
    edits: [{ site: EMBED, rows, op: 'set', source }],
    metric,
    captures,
  });
  const baselines = {
    zero: () => begin({ kind: 'constant', value: 0 }),
    mean: () => begin({ kind: 'vector', values: mean }),
    twin: (): Run => ({ id: BASELINE, tokens: one.corrupted!.tokens, metric, captures }),
  };
  const towards = (at: number): Edit => ({
    site: EMBED,
    rows,
    op: 'lerp',
    alpha: 1 - at,
    source: { kind: 'run', run: BASELINE },
  });
  const steps = gaussLegendre(spec.steps).map(
    ({ at }, k): Run => ({ id: stepId(k), base: CLEAN, edits: [towards(at)], gradients }),
  );
  return [clean, baselines[spec.baseline](), ...steps];
}

function attributed(spec: InputSpec, runs: CaseResults['runs'], T: number): Attributed {
  const values = (id: string) => runs[id]!.captures[EMBED]!.data;
  const slope = (id: string) => runs[id]!.gradients![EMBED]!.data;
  const of: Readonly<Record<Method, () => Float64Array>> = {
    'integrated-gradients': () => {
      const sum = new Float64Array(slope(stepId(0)).length);
      for (const [k, { weight }] of gaussLegendre(spec.steps).entries())
        for (const [i, g] of slope(stepId(k)).entries()) sum[i]! += weight * g;
      const [x, b] = [values(CLEAN), values(BASELINE)];
      return sum.map((g, i) => g * (x[i]! - b[i]!));
    },
    'input-x-gradient': () => Float64Array.from(values(CLEAN), (x, i) => x * slope(CLEAN)[i]!),
    'gradient-norm': () => Float64Array.from(slope(CLEAN)),
    saliency: () => Float64Array.from(slope(CLEAN), Math.abs),
  };
  const whole = spec.methods.map((method) => [method, of[method]()] as const);
  const level = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
  return {
    tokens: Object.fromEntries(whole.map(([method, all]) => [method, perToken(method, all, T)])),
    ...(spec.dimensions && {
      dimensions: Object.fromEntries(whole.map(([method, all]) => [method, [...all]])),
    }),
    clean: level(CLEAN),
    baseline: isIntegrated(spec) ? level(BASELINE) : null,
  };
}

/** [T, D] -> [T]: the L2 norm for the gradient norm, else the sum. */
function perToken(method: Method, all: Float64Array, T: number): number[] {
  const D = all.length / T;
  return range(0, T).map((t) => {
    const row = all.subarray(t * D, (t + 1) * D);
    if (method === 'gradient-norm') return Math.sqrt(dot(row, row));
    return row.reduce((sum, value) => sum + value, 0);
  });
}
