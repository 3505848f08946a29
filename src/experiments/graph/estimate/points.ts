/**
 * Where gradients are taken. EAP (Syed et al. 2023): at one run. EAP-IG (Hanna et al. 2024),
 * inputs: at m runs whose embeddings lie between the twin's and the prompt's. Activations: at m
 * runs for each group of senders (the embeddings, a block's heads, an MLP), whose outputs alone lie
 * in between.
 */
import type { Edit } from '../../../forward/request/types';
import { senderSite } from '../../../model/edgeSites';
import { sendersOf } from '../../../model/edges';
import type { ModelSpec } from '../../../model/spec';
import { range } from '../../../util/range';
import type { GraphSpec } from '../spec';

export interface Point {
  /** The run, before its edits. */
  readonly base: 'clean' | 'corrupted';
  readonly edits: readonly Edit[];
  /** Its share of the mean gradient. */
  readonly weight: number;
  /** It scores only the edges out of the senders at this site; default: every edge. */
  readonly leaves?: string;
}

/** Sites of all senders, in the order of computation. */
export const sendingSites = (model: ModelSpec): string[] => [...new Set(sendersOf(model).map(senderSite))];

/** `T`: tokens of the prompt. */
export function pointsOf(spec: GraphSpec, model: ModelSpec, T: number): Point[] {
  if (spec.method === 'eap')
    return [{ base: spec.direction === 'noise' ? 'clean' : 'corrupted', edits: [], weight: 1 }];
  return spec.along === 'inputs' ? inputPoints(spec, T) : activationPoints(spec, model, T);
}

/** x_corrupted + k/m (x_clean - x_corrupted) at the embeddings, for m values of k. */
function inputPoints({ steps: m, ends }: GraphSpec, T: number): Point[] {
  const first = ends === 'corrupted' ? 0 : 1;
  const site = senderSite({ part: 'input' });
  const source = { kind: 'run', run: 'clean' } as const;
  return range(first, first + m).map((k) => ({
    base: 'corrupted',
    edits: k === 0 ? [] : [{ site, rows: range(0, T), op: 'lerp', alpha: k / m, source }],
    weight: 1 / m,
  }));
}

/**
 * The same of one site's output after another in the clean run, k = 1 to m. Values that are set are
 * constants: no gradient passes to what made them, not even at k = m. As released, every pass adds to
 * every edge. Per sender (ours), each edge has the mean gradient of its own sender's path.
 */
function activationPoints({ steps: m, passes }: GraphSpec, model: ModelSpec, T: number): Point[] {
  const sites = sendingSites(model);
  const rows = range(0, T);
  return sites.flatMap((site) =>
    range(1, m + 1).map((k): Point => {
      const set: Edit = { site, rows, op: 'set', source: { kind: 'run', run: 'corrupted' } };
      const lerp: Edit = { site, rows, op: 'lerp', alpha: k / m, source: { kind: 'run', run: 'clean' } };
      const about = { base: 'clean', edits: [set, lerp] } as const;
      if (passes === 'per-sender') return { ...about, weight: 1 / m, leaves: site };
      return { ...about, weight: 1 / (m * sites.length) };
    }),
  );
}
