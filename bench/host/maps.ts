/** The page's requests for attention maps: small maps of all heads, then all of one head. */
import type { StubModel } from '../../src/engine/testing/stubModel';
import type { Capture } from '../../src/forward/request/types';
import { range } from '../../src/util/range';

/** Positions per pixel of a small map, for 1,024 positions. */
const POOL = 17;

/** Bytes of the maps. A commit without small maps reads all weights back at once. */
export async function attentionMaps({ spec, backend }: StubModel, T: number): Promise<{ bytes: number }> {
  const site = (layer: number) => `blocks.${layer}.attn.hook_pattern`;
  const read = async (captures: readonly Capture[]) => {
    const run = { id: 'run', tokens: range(10, 10 + T), captures };
    const { runs } = await backend.forward({ runs: [run], reuse: 'wavefront' });
    const maps = Object.values(runs.run!.captures);
    return maps.reduce((sum, { data }) => sum + data.byteLength, 0);
  };
  const small = await read(range(0, spec.nLayers).map((l) => ({ site: site(l), pool: POOL })));
  const isWhole = small >= 4 * spec.nLayers * spec.nHeads * T * T;
  return { bytes: small + (isWhole ? 0 : await read([{ site: site(0), heads: [0] }])) };
}
