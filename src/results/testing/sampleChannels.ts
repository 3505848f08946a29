/** A small class graph, for tests: two layers of channels, and a class. */
import { channelId, type Graph } from '../graph';

export function sampleChannels(): Graph {
  const node = (site: string, layer: number, channel: number) => ({
    id: channelId(site, channel),
    kind: 'channel' as const,
    layer,
  });
  const edge = (from: string, to: string, score: number | null) => ({
    from,
    to,
    score,
    kept: true,
    ...(score !== null && { interval: [score - 0.1, score + 0.1] as [number, number] }),
  });
  return {
    version: 1,
    method: 'class',
    ablation: 'zero',
    layers: ['block.1/relu', 'features'],
    nodes: [
      ...[0, 3, 17].map((channel) => node('block.1/relu', 0, channel)),
      ...[4, 12].map((channel) => node('features', 1, channel)),
      { id: 'logits', kind: 'logits', layer: 2 },
    ],
    edges: [
      edge('features:4', 'logits', 0.75),
      edge('features:12', 'logits', 0.25),
      edge('block.1/relu:0', 'features:4', -0.5),
      edge('block.1/relu:3', 'features:4', 0.375),
      edge('block.1/relu:17', 'features:12', null),
    ],
    total: 60,
    rule: 'Student t',
    levels: { clean: 12, corrupted: 0, empty: null },
    truth: { faithfulness: { value: 0.9 } },
  };
}
