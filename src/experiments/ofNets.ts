/**
 * Questions about nets that come as ONNX graphs, by the `kind` of their spec. They are no
 * `Experiment`, which plans forward passes of language models.
 */
import { classGraph } from './class-graph';
import { dissection } from './dissection';
import { doseResponse } from './dose-response';
import { imageOcclusion } from './image-occlusion';
import { removal } from './removal';
import { anyNetExperiment, type AnyNetExperiment } from './net/experiment';

export const NET_EXPERIMENTS: readonly AnyNetExperiment[] = [
  anyNetExperiment(classGraph),
  anyNetExperiment(dissection),
  anyNetExperiment(doseResponse),
  anyNetExperiment(imageOcclusion),
  anyNetExperiment(removal),
];

/** Null for a question of another kind. */
export function netExperimentOf({ kind }: Readonly<Record<string, unknown>>): AnyNetExperiment | null {
  return NET_EXPERIMENTS.find((one) => one.kind === kind) ?? null;
}
