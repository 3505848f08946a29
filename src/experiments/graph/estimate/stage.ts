/** The runs that estimate every edge of a prompt, and the estimates they give, in logits. */
import type { Capture, Run } from '../../../forward/request/types';
import { receiverSite } from '../../../model/edgeSites';
import { receiversOf } from '../../../model/edges';
import type { ModelSpec } from '../../../model/spec';
import { range } from '../../../util/range';
import { seedOf } from '../../common/seed';
import type { Stage } from '../../experiment';
import { replacement } from '../cutSets';
import type { SearchSpace } from '../searchSpace';
import type { GraphSpec } from '../spec';
import { differencesOf, edgeProducts, meanGradients } from './product';
import { type Point, pointsOf, sendingSites } from './points';

/** Numbers of gradients that are read back together, at most. */
const NUMBERS_AT_ONCE = 2 ** 25;

const readingSites = (model: ModelSpec): string[] => [
  ...new Set(receiversOf(model).map((to) => receiverSite(model, to))),
];

/** Some of a prompt's points, which share its clean and replacing runs. */
interface Block {
  readonly i: number;
  readonly points: readonly Point[];
}

export interface EstimateStage {
  /** One number per edge and block. A block's are its points' share. */
  readonly stage: Stage<GraphSpec, number[], null>;
  /** Per case of the space, the estimates of each edge in logits, from all blocks' numbers. */
  perCase(blocks: readonly (readonly number[])[]): number[][];
}

export function estimateStage(space: SearchSpace, numbersAtOnce = NUMBERS_AT_ONCE): EstimateStage {
  const { spec, model } = space;
  const blocks = space.cases.flatMap((i) => blocksOf(space, i, numbersAtOnce));
  const stage: EstimateStage['stage'] = {
    cases: () => blocks.length,
    plan: (_spec, _model, n) => runsOf(space, blocks[n]!),
    measure: (_spec, _model, n, { runs }) => {
      const { i, points } = blocks[n]!;
      const differences = differencesOf(runs, sendingSites(model), replacement(space, i).source);
      const at = points.map((point, p) => ({ run: runs[idOf(point, p)]!, weight: point.weight }));
      const gradients = meanGradients(at, readingSites(model));
      return edgeProducts(space, i, { differences, gradients }).map((value) => (1 - spec.beta) * value);
    },
  };
  return {
    stage,
    perCase: (numbers) =>
      space.cases.map((i) => {
        const own = numbers.filter((_, n) => blocks[n]!.i === i);
        return space.edges.map((_, e) => own.reduce((sum, values) => sum + values[e]!, 0));
      }),
  };
}

function blocksOf({ spec, model }: SearchSpace, i: number, numbersAtOnce: number): Block[] {
  const T = spec.cases[i]!.tokens.length;
  const points = pointsOf(spec, model, T);
  const { nHeads: H, nKvHeads: G, nLayers: L, dModel: D } = model;
  const size = Math.max(1, Math.floor(numbersAtOnce / (T * D * L * (H + 2 * G + 2))));
  return range(0, Math.ceil(points.length / size)).map((b) => ({
    i,
    points: points.slice(b * size, (b + 1) * size),
  }));
}

/** A point without edits is its base. */
const idOf = ({ base, edits }: Point, p: number): string => (edits.length === 0 ? base : `point.${p}`);

function runsOf(space: SearchSpace, { i, points }: Block): Run[] {
  const { spec, model } = space;
  const one = spec.cases[i]!;
  const captures: readonly Capture[] = sendingSites(model).map((site) => ({ site }));
  const seed = { mean: [seedOf('logit-diff', one)] };
  const gradients = { seed, of: readingSites(model).map((site) => ({ site })) };
  const asked = new Set(points.map(idOf));
  const plain = [{ id: 'clean', tokens: one.tokens }, ...replacement(space, i).runs].map((run) => ({
    ...run,
    captures,
    ...(asked.has(run.id) ? { gradients } : {}),
  }));
  const edited = points.flatMap((point, p): Run[] =>
    point.edits.length === 0 ? [] : [{ id: idOf(point, p), base: point.base, edits: point.edits, gradients }],
  );
  return [...plain, ...edited];
}
