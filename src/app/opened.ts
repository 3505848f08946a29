/**
 * What is done by itself for a finding that was opened and not asked for here: as much as takes about a fifth of a second.
 * More waits until the reader runs it or changes the question.
 */
import { edgeCount } from '../model/edges';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';
import type { Finding } from './stores/session';

/** Runs that are planned for an estimate: a trace of 12 tokens and ten draws has 2,171. */
export const OPENED_RUNS = 2500;
/** Tokens of a prompt that the model reads. */
export const OPENED_TOKENS = 256;
/** Prompts that the model is asked about with wires cut, and edges among which these are found. */
const OPENED_CASES = 16;
const OPENED_EDGES = 50_000;

/** Why its attention and lens are not read, in one sentence; null if they are. */
export function whyNotRead({ origin, document }: Finding): string | null {
  const { length } = document.tokens;
  if (origin !== 'link' || length <= OPENED_TOKENS) return null;
  return `The prompt of this finding has ${length} tokens: attention and logit lens are read when you run it.`;
}

/** Why the model is not asked with the wires cut that a link cuts, in one sentence; null if it is. */
export function whyNotCut({ origin, document }: Finding, model: ModelSpec): string | null {
  const { spec, graph } = document as ResultDocument;
  const cases = Array.isArray(spec.cases) ? spec.cases.length : 0;
  const edges = edgeCount(model) * (graph?.positions?.length ?? 1);
  if (origin !== 'link' || (cases <= OPENED_CASES && edges <= OPENED_EDGES)) return null;
  return `This graph is about ${cases} prompts and ${edges} edges: change what is cut to ask the model.`;
}
