/** The question of a document from outside, checked by the experiment that it is for. */
import { experimentOf } from '../experiments/registry';
import type { ResultDocument } from '../results/document';

/** The document with its spec as the registry's parser returns it. Throws one sentence that starts with `where`. */
export function withCheckedSpec<D extends ResultDocument>(document: D, where: string): D {
  try {
    return { ...document, spec: experimentOf(document.spec).parseSpec(document.spec) };
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}
