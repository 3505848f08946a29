/** What the page asks for to show attention maps: the patterns of a prompt. */
import type { StubModel } from '../../src/engine/testing/stubModel';
import { range } from '../../src/util/range';

export async function attentionMaps({ spec, backend }: StubModel, T: number): Promise<{ bytes: number }> {
  const captures = range(0, spec.nLayers).map((l) => ({ site: `blocks.${l}.attn.hook_pattern` }));
  const { runs } = await backend.forward({
    runs: [{ id: 'run', tokens: range(10, 10 + T), captures }],
    reuse: 'wavefront',
  });
  const maps = Object.values(runs.run!.captures);
  return { bytes: maps.reduce((sum, { data }) => sum + data.byteLength, 0) };
}
