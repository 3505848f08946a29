/** What kinds of heads the open model has, measured once, when a head is first looked at. */
import { headShares, repeatedTokens } from '../../panels/attention/headKinds';
import { range } from '../../util/range';
import type { Loci } from '../loci';

/** Models that are being asked. */
const asked = new WeakMap<Loci, string>();

export async function loadHeadKinds(loci: Loci): Promise<void> {
  const { model, gpuMissing, headKinds, run } = loci.status.getState();
  if (!model || gpuMissing !== null || run !== null || !model.spec.attention.causal) return;
  const { sha256, spec, special } = model;
  if (headKinds?.sha256 === sha256 || asked.get(loci) === sha256) return;
  asked.set(loci, sha256);
  try {
    const tokens = repeatedTokens(
      special.prefix.map(({ id }) => id),
      spec,
    );
    const sites = range(0, spec.nLayers).map((layer) => `blocks.${layer}.attn.hook_pattern`);
    const captured = await loci.engine.capture({ tokens, sites });
    const shares = headShares(
      sites.map((site) => captured[site]!.data),
      tokens,
    );
    if (loci.status.getState().model?.sha256 === sha256)
      loci.status.setState({ headKinds: { sha256, shares } });
  } catch {
    // Labels are extra: what they stand beside is shown without them, and the next look asks again.
  } finally {
    asked.delete(loci);
  }
}
