/** Every experiment, by the `kind` of its spec. */
import type { Experiment } from './experiment';
import { traceExperiment } from './trace/experiment';
import type { TraceSpec } from './trace/spec';

const EXPERIMENTS: Readonly<Record<string, Experiment<TraceSpec>>> = {
  [traceExperiment.kind]: traceExperiment,
};

/** The experiment that a spec asks for. Throws one sentence if there is none. */
export function experimentOf(spec: Readonly<Record<string, unknown>>): Experiment<TraceSpec> {
  const { kind } = spec;
  const found = typeof kind === 'string' && Object.hasOwn(EXPERIMENTS, kind) ? EXPERIMENTS[kind] : undefined;
  if (!found) {
    throw new Error(
      `spec: kind: unknown experiment, got ${JSON.stringify(kind)}, expected ${Object.keys(EXPERIMENTS).join(' or ')}.`,
    );
  }
  return found;
}
