/** Every experiment, by the `kind` of its spec. */
import { ablationExperiment } from './ablation/experiment';
import { patchingExperiment } from './activation-patching/experiment';
import { attentionCounterfactualExperiment } from './attention-counterfactual/experiment';
import { attributionExperiment } from './attribution/experiment';
import { averageTraceExperiment } from './average-trace/experiment';
import { type AnyExperiment, anyExperiment } from './experiment';
import { graphExperiment } from './graph/experiment';
import { interventionExperiment } from './intervention/experiment';
import { inputAttributionExperiment } from './input-attribution/experiment';
import { lensExperiment } from './logit-lens/experiment';
import { knockoutExperiment } from './knockout/experiment';
import { mediationExperiment } from './mediation/experiment';
import { pathPatchingExperiment } from './path-patching/experiment';
import { probeExperiment } from './probe/experiment';
import { steeringExperiment } from './steering/experiment';
import { severedExperiment } from './severed/experiment';
import { selectivityExperiment } from './selectivity/experiment';
import { textOrderExperiment } from './text-order/experiment';
import { traceExperiment } from './trace/experiment';
import { trajectoryExperiment } from './trajectory/experiment';
import { shown } from '../util/parse';

export const experiments: readonly AnyExperiment[] = [
  anyExperiment(traceExperiment),
  anyExperiment(averageTraceExperiment),
  anyExperiment(patchingExperiment),
  anyExperiment(ablationExperiment),
  anyExperiment(knockoutExperiment),
  anyExperiment(mediationExperiment),
  anyExperiment(severedExperiment),
  anyExperiment(pathPatchingExperiment),
  anyExperiment(graphExperiment),
  anyExperiment(interventionExperiment),
  anyExperiment(attentionCounterfactualExperiment),
  anyExperiment(attributionExperiment),
  anyExperiment(inputAttributionExperiment),
  anyExperiment(lensExperiment),
  anyExperiment(steeringExperiment),
  anyExperiment(probeExperiment),
  anyExperiment(trajectoryExperiment),
  anyExperiment(selectivityExperiment),
  anyExperiment(textOrderExperiment),
];

/** The experiment of a spec or question. Throws one sentence if there is none. */
export function experimentOf(spec: Readonly<Record<string, unknown>>): AnyExperiment {
  const { kind } = spec;
  const found = experiments.find((experiment) => experiment.kind === kind);
  if (!found) {
    const kinds = experiments.map((experiment) => experiment.kind).join(', ');
    throw new Error(`spec: kind: unknown experiment, got ${shown(kind)}, expected one of ${kinds}.`);
  }
  return found;
}
