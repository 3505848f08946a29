/** Orders of edges that some prompts give, judged by cutting every edge on others. */
import { graphExperiment } from '../../src/experiments/graph/experiment';
import type { GraphFound } from '../../src/experiments/graph/search/result';
import type { GraphSpec } from '../../src/experiments/graph/spec';
import { isSkipped } from '../../src/experiments/common/skip';
import type { StudyCase } from '../../src/experiments/common/spec';
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
  const cases = [...chose, ...judge];
  const every = { ...EDGE_METHODS.EAP, measured: 400_000, heldOut: judge.length };
  const { measuredApart, lengths } = await foundOf(opened, cases, every);
  const known = [...measuredApart!.values()][0]!.keys();
  const edges = [...measuredApart!.keys()].sort((a, b) => a - b);
  return {
    by: { ...by, 'difference alone': lengths!.difference, 'gradient alone': lengths!.gradient },
    measured: [...known].map((c) => edges.map((e) => Math.abs(measuredApart!.get(e)![c]!))),
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

async function measuredOf({ model, forward }: Opened, spec: GraphSpec) {
  const found = [];
  for (const i of spec.cases.keys()) {
    const { runs } = await forward({ runs: graphExperiment.plan(spec, model, i, null), reuse: 'wavefront' });
    found.push(
      graphExperiment.measure(spec, model, i, { runs, finished: new Set(['']), weights: {} }, null)!,
    );
  }
  return found;
}

async function foundOf(opened: Opened, cases: readonly StudyCase[], fields: object): Promise<GraphFound> {
  const { model, forward } = opened;
  const spec = specOf(cases, fields);
  const rounds = graphExperiment.search!.rounds(spec, model, await measuredOf(opened, spec));
  let step = rounds.next([]);
  while (!step.done) {
    const { stage } = step.value;
    const numbers: unknown[] = [];
    for (let n = 0; n < stage.cases(spec); n++) {
      const { runs } = await forward({ runs: stage.plan(spec, model, n, null), reuse: 'wavefront' });
      numbers.push(stage.measure(spec, model, n, { runs, finished: new Set(['']), weights: {} }, null));
    }
    step = rounds.next(numbers);
  }
  return step.value;
}
