/**
 * Limits of automatic work for an opened finding: about a fifth of a second. More waits until the
 * user runs it or changes the question.
 */
import { edgeCount } from '../model/edges';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';
import type { Finding } from './stores/session';

/** Most runs planned for an estimate: a trace of 12 tokens and ten draws has 2,171. */
export const OPENED_RUNS = 2500;
/** Most prompt tokens read. */
export const OPENED_TOKENS = 256;
/** Most prompts asked with cuts, and most edges searched for them. */
const OPENED_CASES = 16;
const OPENED_EDGES = 50_000;

/** Why attention and lens are not read, in one sentence; null if they are. */
export function whyNotRead({ origin, document }: Finding): string | null {
  const { length } = document.tokens;
  if (origin !== 'link' || length <= OPENED_TOKENS) return null;
  return `The prompt of this finding has ${length} tokens: attention and logit lens are read when you run it.`;
}

/** Why a link's cuts are not run, in one sentence; null if they are. */
export function whyNotCut({ origin, document }: Finding, model: ModelSpec): string | null {
  const { spec, graph } = document as ResultDocument;
  const cases = Array.isArray(spec.cases) ? spec.cases.length : 0;
  const edges = edgeCount(model) * (graph?.positions?.length ?? 1);
  if (origin !== 'link' || (cases <= OPENED_CASES && edges <= OPENED_EDGES)) return null;
  return `This graph is about ${cases} prompts and ${edges} edges: change what is cut to ask the model.`;
}
