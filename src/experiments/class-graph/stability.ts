/**
 * Does a graph stay the same when edges are set to other numbers? For each beta, one layer's parents under
 * u ~ U(0, beta) beside those of the graph, as the Jaccard overlap, over several draws (Ahmad et al. 2024).
 */
import type { NetSpec } from '../../model/net';
import { jaccard } from '../../util/jaccard';
import { range } from '../../util/range';
import { type AskLogits, type ClassLayer, type ClassQuestion, keptOf, searchLayer } from './search';

export interface LayerStability {
  readonly layer: string;
  /** [beta][draw] */
  readonly overlaps: readonly (readonly number[])[];
}

interface Asked {
  readonly net: NetSpec;
  readonly question: ClassQuestion;
  readonly images: number;
  readonly betas: readonly number[];
  readonly draws: number;
}

/** The layer keeps the graph's effects. Draw k of beta b has seed `question.u.seed` + b * draws + k. */
export async function layerStability(
  { net, question, images, betas, draws }: Asked,
  found: ClassLayer,
  ask: AskLogits,
): Promise<LayerStability> {
  const layer = net.layers.find((one) => one.site === found.layer)!;
  const kept = new Set(keptOf(found));
  const overlaps: number[][] = [];
  for (const [b, high] of betas.entries()) {
    const own: number[] = [];
    for (const k of range(0, draws)) {
      const u = { low: 0, high, seed: question.u.seed + b * draws + k };
      const done = (b * draws + k) / (betas.length * draws);
      const again = await searchLayer(
        { spec: net, layer, question: { ...question, u }, images },
        found.effects,
        (runs, doing) => ask(runs, `${doing}, u up to ${high}`, [done, done]),
      );
      own.push(jaccard(kept, new Set(keptOf(again))));
    }
    overlaps.push(own);
  }
  return { layer: found.layer, overlaps };
}
