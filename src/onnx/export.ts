/**
 * A model as an ONNX file with the hook sites as outputs: Verify runs it in another engine, and
 * users can download it. docs/onnx.md describes its contents.
 */
import { siteCalled } from '../model/aliases';
import { axisSize, listSites } from '../model/sites';
import type { ModelSpec, WeightSlot } from '../model/spec';
import { Graph } from './graph';
import { type OnnxFiles, type Port, serialise } from './serialise';
import { addTransformer, INPUT } from './transformer';

export interface ExportOptions {
  /** Full names of the sites to output, e.g. ['unembed.hook_out']; absent: all of them. */
  readonly sites?: readonly string[];
  /**
   * T, for a file restricted to prompts of this length, which is smaller for models with rotary
   * positions. Absent: any length up to nCtx.
   */
  readonly length?: number;
  /** Whether to put weights into a separate file; absent: only for models above 1.5 GB. */
  readonly externalData?: boolean;
  /** Name of that file. The model refers to it, so it cannot be renamed afterwards. */
  readonly dataName?: string;
}

/**
 * Writes the model. `get` returns one weight of `slots` by name, as float32 in the slot's shape; it
 * is called once per weight, one at a time. Throws an Error for an unknown site, a bad length, or a
 * file that cannot be written.
 */
export async function exportOnnx(
  spec: ModelSpec,
  slots: readonly WeightSlot[],
  get: (name: string) => Promise<Float32Array>,
  options: ExportOptions = {},
): Promise<OnnxFiles> {
  const { length, externalData = 'auto', dataName = 'model.onnx.data' } = options;
  if (length !== undefined && !(Number.isInteger(length) && length >= 1 && length <= spec.nCtx)) {
    throw new Error(`onnx: wrong prompt length, got ${length}, expected 1 to ${spec.nCtx} tokens.`);
  }
  const sites = options.sites ? options.sites.map((name) => siteCalled(spec, name)) : listSites(spec);
  if (sites.length === 0)
    throw new Error('onnx: no outputs, got an empty list of sites, expected at least one.');

  const shapes = new Map(slots.map(({ name, shape }) => [name, shape]));
  const graph = new Graph();
  const weight = (name: string) => {
    const shape = shapes.get(name);
    if (!shape)
      throw new Error(`internal: onnx: the model has no weight '${name}', got ${shapes.size} others.`);
    return graph.weight(name, shape, () => get(name));
  };
  addTransformer(graph, spec, weight, length ?? spec.nCtx);

  const positions = length ?? 'T';
  const outputs = sites.map(
    ({ name, axes }): Port => ({
      name,
      type: name === 'hook_tokens' ? 'int64' : 'float',
      dims: axes.map((axis) => (axis === 'T' || axis === 'S' ? positions : axisSize(spec, axis, 0))),
    }),
  );
  const used = graph.prune(outputs.map(({ name }) => name));
  return serialise(used, [{ name: INPUT, type: 'int64', dims: [positions] }], outputs, {
    description: `${spec.family}: ${spec.nLayers} layers, ${spec.nHeads} heads, width ${spec.dModel}. Outputs are hook sites, without a batch axis.`,
    externalData,
    dataName,
  });
}
