/** The nodes of a graph in an order in which each follows what it reads. */
import type { NodeProto } from 'onnx-buf';
import { quoted } from '../../util/parse';

/**
 * `given`: names of inputs and stored tensors. Throws one sentence if a tensor is made twice, is
 * read but never made, or depends on itself.
 */
export function inReadingOrder(
  where: string,
  nodes: readonly NodeProto[],
  given: ReadonlySet<string>,
): NodeProto[] {
  const makers = new Map<string, number>();
  for (const [i, node] of nodes.entries())
    for (const name of node.output) {
      if (name === '') continue;
      if (makers.has(name) || given.has(name))
        throw new Error(`${where}: tensor ${quoted(name)} is made twice, expected one of that name.`);
      makers.set(name, i);
    }
  const readers: number[][] = nodes.map(() => []);
  const waiting = nodes.map((node, i) => {
    const makersOf = new Set<number>();
    for (const name of node.input) {
      if (name === '' || given.has(name)) continue;
      const maker = makers.get(name);
      if (maker === undefined) {
        throw new Error(
          `${where}: node ${quoted(node.name)} (${quoted(node.opType)}) reads a tensor that is missing, got ${quoted(name)}, expected an input, a weight or the output of a node.`,
        );
      }
      makersOf.add(maker);
    }
    for (const maker of makersOf) readers[maker]!.push(i);
    return makersOf.size;
  });
  // Exporters write nodes in order; theirs is kept.
  if (readers.every((those, i) => those.every((reader) => reader > i))) return [...nodes];
  const order = nodes.flatMap((_, i) => (waiting[i] === 0 ? [i] : []));
  for (let at = 0; at < order.length; at++)
    for (const reader of readers[order[at]!]!) if (--waiting[reader]! === 0) order.push(reader);
  if (order.length < nodes.length) {
    const stuck = nodes[waiting.findIndex((count) => count > 0)]!;
    throw new Error(
      `${where}: its nodes go in a circle, got node ${quoted(stuck.name)} (${quoted(stuck.opType)}), which depends on itself, expected none.`,
    );
  }
  return order.map((i) => nodes[i]!);
}
