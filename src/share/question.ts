/** Checks an outside document's question with its experiment's parser. */
import { parseTraceSpec } from '../experiments/trace/parse';
import type { ResultDocument } from '../results/document';

/**
 * The document with its spec parsed. Rejects with one sentence that starts with `where`. The
 * trace's parser is in the first load, since the page opens on a trace; others load on demand.
 */
export async function withCheckedSpec(document: ResultDocument, where: string): Promise<ResultDocument> {
  try {
    return { ...document, spec: (await parserOf(document.spec))(document.spec) };
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}

async function parserOf(spec: Readonly<Record<string, unknown>>) {
  if (spec.kind === 'causal-trace') return (json: unknown) => parseTraceSpec(json);
  const { netExperimentOf } = await import('../experiments/ofNets');
  const ofNet = netExperimentOf(spec);
  if (ofNet) return (json: unknown) => ({ ...ofNet.parseSpec(json) });
  const { experimentOf } = await import('../experiments/registry');
  return (json: unknown) => experimentOf(spec).parseSpec(json);
}
