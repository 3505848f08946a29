/** ACDC's graphs of tiny-a (`reference/experiments/acdc.py`), and studies that must match. */
import { z } from 'zod';
import { edgeName } from '../../model/edges';
import type { Golden } from '../../forward/testing';
import type { RunForward } from '../../forward/request/contract';
import { graphExperiment } from '../graph/experiment';
import { type Pair, pair, pairQuestion } from './pair';
import { runStudy } from './study';

export const acdcGolden = pair.extend({
  graphs: z.array(
    z.object({
      measure: z.enum(['kl', 'logit-diff']),
      ablation: z.enum(['corrupted', 'zero', 'mean']),
      tau: z.number(),
      kept: z.array(z.string()),
      margin: z.number(),
    }),
  ),
});

export type AcdcGraph = z.infer<typeof acdcGolden>['graphs'][number];

/** Names of our kept edges, over the pair and its reverse. */
export async function keptByAcdc(
  golden: Golden,
  { clean, corrupted, answer, distractor }: Pair,
  { measure, ablation, tau }: AcdcGraph,
  forward: RunForward,
): Promise<string[]> {
  const one = pairQuestion({ clean, corrupted, answer, distractor });
  const other = pairQuestion({ clean: corrupted, corrupted: clean, answer: distractor, distractor: answer });
  const cases = [one, other].flatMap((question) => question.cases as object[]);
  const spec = { ...one, cases, kind: 'graph', method: 'acdc', measure, ablation, tau };
  const { graph } = await runStudy(graphExperiment, spec, golden, forward);
  return graph!.edges.filter((edge) => edge.kept).map(edgeName);
}
