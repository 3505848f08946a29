/** Names of sites: the node's own if it is one of a kind, else the tensor's. */
import type { NodeProto } from 'onnx-buf';

/** Tensor -> name of its site; no two are equal. */
export function siteNames(nodes: readonly NodeProto[], tensors: readonly string[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const { name } of nodes) counts.set(name, (counts.get(name) ?? 0) + 1);
  const own = new Map(
    nodes.flatMap(({ name, output }) =>
      name !== '' && output.length === 1 && counts.get(name) === 1 ? [[output[0]!, name] as const] : [],
    ),
  );
  const taken = new Set<string>();
  return new Map(
    tensors.map((tensor) => {
      const wish = own.get(tensor) ?? tensor;
      let name = wish;
      for (let i = 2; taken.has(name); i++) name = `${wish}#${i}`;
      taken.add(name);
      return [tensor, name];
    }),
  );
}
