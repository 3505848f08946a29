/** Estimates of every edge in one prompt, in logits: for tests. */
import { createReferenceForward } from '../../../forward/reference/forward';
import type { RunForward } from '../../../forward/request/contract';
import type { Golden } from '../../../forward/testing';
import { estimateStage } from '../estimate/stage';
import { searchSpaceOf } from '../searchSpace';
import { parseGraph } from '../spec';

/** `reference/goldens/edge_attribution.py` and `eap_package.py`. */
export interface EdgeGolden {
  readonly clean: readonly number[];
  readonly corrupted: readonly number[];
  readonly answer: number;
  readonly distractor: number;
  readonly checkpoints: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;
}

/** Fields of a question, by the golden's names of its lists. */
export const ASKED: Readonly<Record<string, object>> = {
  noise: { method: 'eap' },
  denoise: { method: 'eap', direction: 'denoise' },
  transformer_lens: { method: 'eap', direction: 'denoise' },
  inputs: { method: 'eap-ig' },
  inputs_clean_end: { method: 'eap-ig', ends: 'clean' },
  activations: { method: 'eap-ig', along: 'activations' },
  per_sender: { method: 'eap-ig', along: 'activations', passes: 'per-sender' },
};

export const referenceOf = ({ spec, weights }: Golden): RunForward =>
  createReferenceForward(spec, (name) => weights.get(name)!);

const row = { distractor: 0, max: 1, argmax: 0, logSumExp: 1, rank: 0 };
const BASELINE = { clean: { ...row, answer: 1 }, corrupted: { ...row, answer: 0 } };

export interface Estimating {
  readonly fields: object;
  readonly numbersAtOnce?: number;
}

/** By edge, with its place. */
export async function estimatesOf(
  { spec: model }: Golden,
  forward: RunForward,
  { clean, corrupted, answer, distractor }: Omit<EdgeGolden, 'checkpoints'>,
  { fields, numbersAtOnce }: Estimating,
): Promise<Map<string, number>> {
  const one = { prompt: 'a', tokens: clean, corrupted: { prompt: 'b', tokens: corrupted } };
  const asked = {
    version: 1,
    kind: 'graph',
    model: { id: 'golden', revision: 'local' },
    bos: false,
    metric: 'logit-diff',
    cases: [{ ...one, answer: { id: answer }, distractor: { id: distractor } }],
  };
  const spec = parseGraph({ ...asked, ...fields }, model);
  const space = searchSpaceOf(spec, model, [BASELINE]);
  const { stage, perCase } = estimateStage(space, numbersAtOnce);
  const blocks: number[][] = [];
  for (let n = 0; n < stage.cases(spec); n++) {
    const { runs } = await forward({ runs: stage.plan(spec, model, n, null), reuse: 'naive' });
    blocks.push(stage.measure(spec, model, n, { runs, finished: new Set(), weights: {} }, null)!);
  }
  const [values] = perCase(blocks);
  return new Map(space.edges.map(({ name }, e) => [name, values![e]!]));
}
