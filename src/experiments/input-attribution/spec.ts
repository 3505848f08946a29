/** The spec of input attribution: methods, the path of integrated gradients, and what is refused. */
import type { ModelSpec } from '../../model/spec';
import { MOST } from '../../util/bounds';
import { expectThat } from '../common/parse';
import { check, choice, choices, number, type SpecOf } from '../contract/fields';

export const KIND = 'input-attribution';

/** Most numbers of all steps' gradients, which are on the host together: 512 MiB. */
const MOST_GRADIENTS = 2 ** 27;

/** Named as in Captum and Inseq. */
export const METHODS = {
  'integrated-gradients': 'integrated gradients',
  'input-x-gradient': 'input × gradient',
  'gradient-norm': 'gradient norm (L2)',
  saliency: 'saliency (L1 norm of the gradient)',
} as const;
export type Method = keyof typeof METHODS;

export const fields = {
  methods: choices<Method>({
    label: 'By',
    choices: METHODS,
    default: ['integrated-gradients', 'input-x-gradient', 'gradient-norm'],
  }),
  /** Where the path of integrated gradients begins. */
  baseline: choice({
    label: 'Integrated gradients begin at',
    choices: {
      zero: 'zero embeddings',
      mean: 'the mean embedding of the vocabulary',
      twin: 'the embeddings of the corrupted twin',
    },
    default: 'zero',
  }),
  /** Nodes of the Gauss-Legendre rule; Captum's default. */
  steps: number({ label: 'Steps', default: 50, min: 1, max: MOST.samples, whole: true }),
  dimensions: check({ label: 'Also by dimension of the embedding (one prompt)', default: false }),
};

export type InputSpec = SpecOf<typeof fields>;

export const isIntegrated = ({ methods }: Pick<InputSpec, 'methods'>): boolean =>
  methods.includes('integrated-gradients');

/** Whether the path begins at a twin. Reads specs that are not checked yet, too. */
export function needsTwin(json: unknown): boolean {
  const { baseline, methods } = (json ?? {}) as Readonly<Record<string, unknown>>;
  return baseline === 'twin' && (!Array.isArray(methods) || methods.includes('integrated-gradients'));
}

/** Throws one sentence. */
export function checkInputs(spec: InputSpec, model: ModelSpec | undefined): void {
  const { methods, metric, cases, dimensions, steps } = spec;
  expectThat(new Set(methods).size === methods.length, `${KIND}: methods`, methods.join(), 'each once');
  expectThat(
    metric !== 'rank',
    `${KIND}: metric`,
    "'rank'",
    'a metric with a gradient: p, logprob, logit-diff',
  );
  const isOne = cases.length === 1 || !dimensions;
  expectThat(isOne, `${KIND}: dimensions`, `dimensions of ${cases.length} prompts`, 'one prompt for them');
  if (!model) return;
  const longest = cases.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  const width = longest * model.dModel;
  const most = Math.floor(MOST_GRADIENTS / width);
  expectThat(
    !isIntegrated(spec) || steps <= most,
    `${KIND}: steps`,
    `${steps} gradients of ${longest} tokens x ${model.dModel} dimensions`,
    `at most ${most}; ask for fewer steps or a shorter prompt`,
  );
  const cells = dimensions ? methods.length * width : 0;
  expectThat(cells <= MOST.cells, `${KIND}: dimensions`, `${cells} numbers`, `at most ${MOST.cells}`);
}
