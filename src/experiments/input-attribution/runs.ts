/**
 * The runs of one prompt, and their attributions. The input x is the output of the token embedding,
 * `hook_embed`; positions and all that is added later stay as they are. With m the metric:
 *   input x gradient       x . dm/dx
 *   integrated gradients   (x - b) . sum over k of w_k dm/dx at b + a_k (x - b)
 * by entry, for the nodes a_k and weights w_k of the Gauss-Legendre rule on [0, 1].
 */
import type { Edit, EditSource, Run } from '../../forward/request/types';
import { gaussLegendre } from '../../statistics/gaussLegendre';
import { dot } from '../../util/dot';
import { range } from '../../util/range';
import { seedOf } from '../common/seed';
import { metricRow, metricValue } from '../common/metric';
import type { StudyCase } from '../common/spec';
import type { Counted } from '../contract/study';
import type { CaseResults } from '../experiment';
import { continued } from './continuation';
import { type InputSpec, isIntegrated, type Method } from './spec';

const EMBED = 'hook_embed';

/** Ids of the runs of one answer; `of` names it. */
const idsOf = (of: string) => ({
  clean: `${of}clean`,
  baseline: `${of}baseline`,
  step: (k: number) => `${of}step.${k}`,
});
/** The prompt's own answer, and the continuation's token j. */
const OWN = '';
const generated = (j: number): string => `${j}.`;

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

export type Case = Counted<InputNumbers>;

/** All runs of one prompt. `mean`: the vocabulary's mean embedding, [D]; read for that baseline only. */
export function inputRuns(spec: InputSpec, one: StudyCase, mean: readonly number[]): Run[] {
  const { continuation } = spec;
  const further = continuation.flatMap((_, j) =>
    attributionRuns(spec, continued(one, continuation, j), { of: generated(j), mean }),
  );
  return [...attributionRuns(spec, one, { of: OWN, mean }), ...further];
}

export function inputNumbers(spec: InputSpec, runs: CaseResults['runs']): InputNumbers {
  const plain = { ...spec, dimensions: false };
  return {
    ...attributed(spec, runs, OWN),
    continuation: spec.continuation.map((_, j) => attributed(plain, runs, generated(j))),
  };
}

interface Asked {
  readonly of: string;
  readonly mean: readonly number[];
}

function attributionRuns(spec: InputSpec, one: StudyCase, { of, mean }: Asked): Run[] {
  const ids = idsOf(of);
  const { tokens } = one;
  const rows = range(0, tokens.length);
  const metric = metricRow(one);
  const captures = [{ site: EMBED }];
  if (spec.metric === 'rank') throw new Error('internal: a rank has no gradient, which the spec refuses.');
  const gradients = { seed: { mean: [seedOf(spec.metric, one)] }, of: captures };
  const clean: Run = { id: ids.clean, tokens, metric, captures, gradients };
  if (!isIntegrated(spec)) return [clean];
  const begin = (source: EditSource): Run => ({
    id: ids.baseline,
    base: ids.clean,
    edits: [{ site: EMBED, rows, op: 'set', source }],
    metric,
    captures,
  });
  const baselines = {
    zero: () => begin({ kind: 'constant', value: 0 }),
    mean: () => begin({ kind: 'vector', values: mean }),
    twin: (): Run => ({ id: ids.baseline, tokens: one.corrupted!.tokens, metric, captures }),
  };
  const towards = (at: number): Edit => ({
    site: EMBED,
    rows,
    op: 'lerp',
    alpha: 1 - at,
    source: { kind: 'run', run: ids.baseline },
  });
  const steps = gaussLegendre(spec.steps).map(
    ({ at }, k): Run => ({ id: ids.step(k), base: ids.clean, edits: [towards(at)], gradients }),
  );
  return [clean, baselines[spec.baseline](), ...steps];
}

function attributed(spec: InputSpec, runs: CaseResults['runs'], of: string): Attributed {
  const ids = idsOf(of);
  const values = (id: string) => runs[id]!.captures[EMBED]!.data;
  const width = runs[ids.clean]!.captures[EMBED]!.shape[1]!;
  const slope = (id: string) => runs[id]!.gradients![EMBED]!.data;
  const entries: Readonly<Record<Method, () => Float64Array>> = {
    'integrated-gradients': () => {
      const sum = new Float64Array(slope(ids.step(0)).length);
      for (const [k, { weight }] of gaussLegendre(spec.steps).entries())
        for (const [i, g] of slope(ids.step(k)).entries()) sum[i]! += weight * g;
      const [x, b] = [values(ids.clean), values(ids.baseline)];
      return sum.map((g, i) => g * (x[i]! - b[i]!));
    },
    'input-x-gradient': () => Float64Array.from(values(ids.clean), (x, i) => x * slope(ids.clean)[i]!),
    'gradient-norm': () => Float64Array.from(slope(ids.clean)),
    saliency: () => Float64Array.from(slope(ids.clean), Math.abs),
  };
  const whole = spec.methods.map((method) => [method, entries[method]()] as const);
  const level = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
  return {
    tokens: Object.fromEntries(whole.map(([method, all]) => [method, perToken(method, all, width)])),
    ...(spec.dimensions && {
      dimensions: Object.fromEntries(whole.map(([method, all]) => [method, [...all]])),
    }),
    clean: level(ids.clean),
    baseline: isIntegrated(spec) ? level(ids.baseline) : null,
  };
}

/** [T, width] -> [T]: the L2 norm for the gradient norm, else the sum. */
function perToken(method: Method, all: Float64Array, width: number): number[] {
  return range(0, all.length / width).map((t) => {
    const row = all.subarray(t * width, (t + 1) * width);
    if (method === 'gradient-norm') return Math.sqrt(dot(row, row));
    return row.reduce((sum, value) => sum + value, 0);
  });
}
