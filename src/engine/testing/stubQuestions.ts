/** Questions that need no tokenizer: prompts of invented tokens, for models that are never run. */
import type { AnyExperiment } from '../../experiments/experiment';
import { experimentOf } from '../../experiments/registry';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';

export interface Asked {
  readonly experiment: AnyExperiment;
  readonly spec: Record<string, unknown>;
}

const KINDS = ['hidden', 'mlp', 'attn'];

function ask(model: ModelSpec, json: Record<string, unknown>): Asked {
  const experiment = experimentOf(json);
  const common = { version: 1, model: { id: 'stub', revision: 'stub' }, bos: false };
  return { experiment, spec: experiment.parseSpec({ ...common, ...json }, model) };
}

/** A prompt of T tokens whose subject is the second to the fourth (or to the last, if shorter). */
const promptOf = (T: number, first = 10) => ({
  prompt: 'made up',
  tokens: range(first, first + T),
  subject: { begin: 1, end: Math.min(4, T) },
  answer: { id: 1 },
  distractor: { id: 2 },
});

const noise = (samples: number) => ({
  type: 'noise',
  rule: 's3',
  sigma: 0.1,
  factor: 3,
  samples,
  seed: 1,
  stream: 'mt19937-polar',
});

/** Restores one layer at a time. */
const window = ({ nLayers }: ModelSpec) => ({
  rule: 'fixed',
  size: 1,
  layers: range(0, nLayers).map((layer) => [layer, layer + 1]),
});

/** A causal trace of hidden states, MLPs and attention. */
export function threeKindTrace(model: ModelSpec, T: number, draws: number): Asked {
  return ask(model, {
    ...promptOf(T),
    kind: 'causal-trace',
    corruption: noise(draws),
    metric: 'p',
    direction: 'restore',
    kinds: KINDS,
    window: window(model),
    groups: [],
  });
}

/** A head at zero and a layer from the twin, as the page asks live. */
export function twoEdits(model: ModelSpec, T: number): Asked {
  const { distractor: _, ...one } = promptOf(T);
  const corrupted = { prompt: 'twin', tokens: range(50, 50 + T) };
  const edits = [
    { site: `blocks.${model.nLayers - 1}.attn.hook_z`, head: 0, op: 'scale', alpha: 0 },
    { site: 'blocks.1.hook_resid_post', rows: [3], op: 'set', source: { kind: 'run', run: 'corrupted' } },
  ];
  return ask(model, { kind: 'intervention', metric: 'p', cases: [{ ...one, corrupted }], edits, top: 5 });
}

/** The average of such traces, one per prompt length. */
export function averageTrace(model: ModelSpec, lengths: readonly number[], draws: number): Asked {
  return ask(model, {
    kind: 'average-trace',
    cases: lengths.map((T, i) => ({ ...promptOf(T, 10 + 100 * i), label: `made up:${i}` })),
    corruption: noise(draws),
    metric: 'p',
    onlyKnown: false,
    kinds: KINDS,
    window: window(model),
  });
}

/** A graph of one prompt and its twin by ACDC with KL; a cut edge carries the twin's value. */
export function acdcGraph(model: ModelSpec, T: number): Asked {
  const { subject: _, ...one } = promptOf(T);
  return ask(model, {
    kind: 'graph',
    method: 'acdc',
    metric: 'logit-diff',
    measure: 'kl',
    cases: [{ ...one, corrupted: { prompt: 'its twin', tokens: range(500, 500 + T) } }],
  });
}
