/** What the page asks for to show attention maps: small maps of all heads, and every weight of one. */
import { captureRun } from '../../src/engine/capture';
import type { StubModel } from '../../src/engine/testing/stubModel';
import { poolFor } from '../../src/panels/attention/select';
import { range } from '../../src/util/range';

export async function attentionMaps({ spec, backend }: StubModel, T: number): Promise<{ bytes: number }> {
  const tokens = range(10, 10 + T);
  const sites = range(0, spec.nLayers).map((l) => `blocks.${l}.attn.hook_pattern`);
  const asked = [
    { tokens, sites, pool: poolFor(T) },
    { tokens, sites: sites.slice(0, 1), heads: [0] },
  ];
  let bytes = 0;
  for (const request of asked) {
    const { runs } = await backend.forward({ runs: [captureRun(request)], reuse: 'wavefront' });
    for (const { data } of Object.values(runs.run!.captures)) bytes += data.byteLength;
  }
  return { bytes };
}
