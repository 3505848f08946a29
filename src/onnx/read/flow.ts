/**
 * Which tensors the image flows through on its way to the answer, and which of them cut the graph:
 * all that the answer knows of the image passes through such a tensor (its dominators).
 *
 * The tensors that lie on a path are listed in reading order. One of them is on every path exactly if
 * no node reads an earlier one and makes a later one.
 */
import type { NodeProto } from 'onnx-buf';
import type { Net } from '../rewrite/net';

/** Their outputs depend on the shape of what they read, not on its values. */
const OF_SHAPE = new Set(['Shape', 'Size']);

export const readsValues = ({ opType }: NodeProto): boolean => !OF_SHAPE.has(opType);

export interface Flow {
  /** Names in reading order, from the input to the answer. */
  readonly tensors: readonly string[];
  readonly cuts: ReadonlySet<string>;
}

export function flowOf({ nodes }: Pick<Net, 'nodes'>, input: string, answer: string): Flow {
  const wanted = new Set([answer]);
  for (const node of nodes.toReversed())
    if (readsValues(node) && node.output.some((name) => wanted.has(name)))
      for (const name of node.input) wanted.add(name);

  const places = new Map([[input, 0]]);
  /** Per tensor, the last place that a node which reads it, or an earlier one, makes. */
  const reach: number[] = [0];
  for (const node of nodes) {
    if (!readsValues(node)) continue;
    const read = node.input.flatMap((name) => places.get(name) ?? []);
    if (read.length === 0) continue;
    for (const name of node.output) {
      if (!wanted.has(name)) continue;
      for (const place of read) reach[place] = places.size;
      places.set(name, places.size);
      reach.push(0);
    }
  }
  const tensors = [...places.keys()];
  const cuts = new Set<string>();
  let furthest = 0;
  for (const [place, name] of tensors.entries()) {
    if (furthest <= place) cuts.add(name);
    furthest = Math.max(furthest, reach[place]!);
  }
  return { tensors, cuts };
}
