/** The spec of input attribution: methods, the path of integrated gradients, and what is refused. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { MOST } from '../../util/bounds';
import { maxOf } from '../../util/lists';
import { expectThat } from '../common/parse';
import { tokenId } from '../common/spec';
import { check, choice, choices, given, number, resolving, type SpecOf } from '../contract/fields';
import { checkContinuation, continuationOf, MOST_GENERATED } from './continuation';

export const KIND = 'input-attribution';

/** Most numbers of all steps' gradients, which are on the host together: 512 MiB. */
const MOST_GRADIENTS = 2 ** 27;

/** Captum's and Inseq's methods. */
export const METHODS = {
  'integrated-gradients': 'integrated gradients',
  'input-x-gradient': 'input × gradient',
  'gradient-norm': 'gradient norm (L2)',
  saliency: 'saliency (L1 norm of the gradient)',
} as const;
export type Method = keyof typeof METHODS;

/** Names of their columns, below the word 'gradients'. */
export const COLUMNS: Readonly<Record<Method, string>> = {
  'integrated-gradients': 'integrated',
  'input-x-gradient': '× input',
  'gradient-norm': 'L2 norm',
  saliency: 'L1 norm',
};

/** Whether a method's numbers have a sign and add up; the others are norms. */
export const isSigned = (method: Method): boolean =>
  method === 'integrated-gradients' || method === 'input-x-gradient';

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
  /** Tokens that the model says next, each attributed like the answer; a question gives their number. */
  continuation: resolving(
    given(z.array(tokenId).max(MOST_GENERATED).default([]), {
      kind: 'number',
      label: 'Generated tokens to attribute, too (one prompt)',
      default: 0,
      min: 0,
      max: MOST_GENERATED,
    }),
    continuationOf,
    z.union([z.array(tokenId), z.number().int().min(0).max(MOST_GENERATED)]),
  ),
};

export type InputSpec = SpecOf<typeof fields>;

/** After 'from'. */
export const BASELINES: Readonly<Record<InputSpec['baseline'], string>> = {
  zero: 'zero embeddings',
  mean: 'the mean embedding',
  twin: 'the twin’s embeddings',
};

export const isIntegrated = ({ methods }: Pick<InputSpec, 'methods'>): boolean =>
  methods.includes('integrated-gradients');

/** Whether the path begins at a twin. Reads specs that are not checked yet, too. */
export function needsTwin(json: unknown): boolean {
  const { baseline, methods } = (json ?? {}) as Readonly<Record<string, unknown>>;
  return baseline === 'twin' && (!Array.isArray(methods) || methods.includes('integrated-gradients'));
}

/** Throws one sentence. */
export function checkInputs(spec: InputSpec, model: ModelSpec | undefined): void {
  const { methods, metric, cases, dimensions } = spec;
  const at = (field: string) => `${KIND}: ${field}`;
  expectThat(new Set(methods).size === methods.length, at('methods'), methods.join(), 'each once');
  expectThat(metric !== 'rank', at('metric'), "'rank'", 'a metric with a gradient: p, logprob, logit-diff');
  const isOne = cases.length === 1;
  expectThat(isOne || !dimensions, at('dimensions'), `${cases.length} prompts`, 'one prompt for it');
  checkContinuation({ ...spec }, spec.continuation, model);
  if (model) checkSizes(spec, model);
}

function checkSizes(spec: InputSpec, model: ModelSpec): void {
  const { methods, cases, dimensions, steps, continuation } = spec;
  const longest = maxOf(cases.map(({ tokens }) => tokens.length)) + continuation.length;
  const width = longest * model.dModel;
  const most = Math.floor(MOST_GRADIENTS / width / (1 + continuation.length));
  expectThat(
    !isIntegrated(spec) || steps <= most,
    `${KIND}: steps`,
    `${steps} gradients of ${longest} tokens x ${model.dModel} dimensions`,
    `at most ${most}; ask for fewer steps or a shorter prompt`,
  );
  const cells = dimensions ? methods.length * width : 0;
  expectThat(cells <= MOST.cells, `${KIND}: dimensions`, `${cells} numbers`, `at most ${MOST.cells}`);
}
