/** Orders of edges that some prompts give, judged by cutting every edge on others. */
import { graphExperiment } from '../../src/experiments/graph/experiment';
import { estimateStage } from '../../src/experiments/graph/estimate/stage';
import { searchSpaceOf } from '../../src/experiments/graph/searchSpace';
import type { EdgeLengths, GraphFound } from '../../src/experiments/graph/search/result';
import type { GraphSpec } from '../../src/experiments/graph/spec';
import { runRounds, runStage } from '../../src/experiments/testing/rounds';
import { isSkipped } from '../../src/experiments/common/skip';
import type { StudyCase } from '../../src/experiments/common/spec';
import { MOST } from '../../src/util/bounds';
import { mean } from '../../src/statistics/stats';
import type { Opened } from './orders';

export const EDGE_METHODS = {
  EAP: { method: 'eap' },
  'EAP, at the twin': { method: 'eap', direction: 'denoise' },
  'EAP-IG, inputs': { method: 'eap-ig' },
  'EAP-IG, activations': { method: 'eap-ig', along: 'activations' },
  'EAP-IG, per sender': { method: 'eap-ig', along: 'activations', passes: 'per-sender' },
} as const;

export interface EdgeOrders {
  /** Of the search's prompts, by method. */
  readonly by: Readonly<Record<string, readonly number[]>>;
  /** Sizes of each edge's score, by judged prompt. */
  readonly measured: readonly (readonly number[])[];
  readonly judged: readonly StudyCase[];
}

const UNTESTED = { curve: false, random: 0, samples: 0, resamples: 0, interactions: 0 };

interface Prompts {
  readonly chose: readonly StudyCase[];
  readonly judge: readonly StudyCase[];
}

export async function edgeOrders(opened: Opened, { chose, judge }: Prompts): Promise<EdgeOrders> {
  const by: Record<string, readonly number[]> = {};
  for (const [method, fields] of Object.entries(EDGE_METHODS))
    by[method] = await estimated(opened, chose, fields);
  const { difference, gradient } = await lengthsOf(opened, chose);
  return {
    by: { ...by, 'difference alone': difference, 'gradient alone': gradient },
    measured: await measuredEdges(opened, judge),
    judged: judge,
  };
}

/** Sizes of the mean estimate of each edge. */
export async function estimated(
  opened: Opened,
  cases: readonly StudyCase[],
  fields: object,
): Promise<number[]> {
  const { edges } = await foundOf(opened, cases, { ...fields, measured: 0 });
  return edges.map(({ scores }) => Math.abs(mean(scores!)));
}

/** Sizes of each edge's score, by prompt. */
async function measuredEdges(opened: Opened, cases: readonly StudyCase[]): Promise<number[][]> {
  const { edges } = await foundOf(opened, cases, { method: 'exhaustive' });
  return cases.map((_, c) => edges.map(({ scores }) => Math.abs(scores![c]!)));
}

/** Trivial orders, from the pass of EAP. */
async function lengthsOf(opened: Opened, cases: readonly StudyCase[]): Promise<EdgeLengths> {
  const spec = specOf(cases, { ...EDGE_METHODS.EAP, measured: MOST.edges });
  const space = searchSpaceOf(spec, opened.model, await measuredOf(opened, spec));
  const { stage, lengths } = estimateStage(space);
  return lengths(await runStage(stage, spec, opened.model, opened.forward))!;
}

/** Those of the cases that the model knows. */
export async function knownOf(opened: Opened, cases: readonly StudyCase[]): Promise<StudyCase[]> {
  const spec = specOf(cases, { onlyKnown: true });
  const measured = await measuredOf(opened, spec);
  return cases.filter((_, i) => !isSkipped(measured[i]!));
}

const specOf = (cases: readonly StudyCase[], fields: object): GraphSpec =>
  graphExperiment.parseSpec({
    ...{ version: 1, kind: 'graph', model: { id: 'atlas', revision: 'builtin' }, bos: true },
    ...{ metric: 'logit-diff', cases, ...UNTESTED, ...fields },
  });

const measuredOf = ({ model, forward }: Opened, spec: GraphSpec) =>
  runStage(graphExperiment, spec, model, forward);

async function foundOf(opened: Opened, cases: readonly StudyCase[], fields: object): Promise<GraphFound> {
  const { model, forward } = opened;
  const spec = specOf(cases, fields);
  const rounds = graphExperiment.search!.rounds(spec, model, await measuredOf(opened, spec));
  return runRounds(rounds, spec, model, forward);
}
