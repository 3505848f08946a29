/** Attention maps and logit lens of the finding that is shown. */
import type { ResultDocument } from '../../results/document';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { whyNotRead } from '../opened';
import { otherModel } from '../otherModel';
import { currentFinding } from '../stores/session';
import type { Readings } from '../stores/status';

/** Readings depend on the weights and the tokens alone; findings about the same prompt share them. */
export function readingsKey({ model, tokens }: ResultDocument): string {
  return `${model.sha256} ${tokens.map(({ id }) => id).join(' ')}`;
}

/** Reads them from the model; a finding of another model has none, and the panels say so. */
export async function loadReadings(loci: Loci): Promise<void> {
  const isCurrent = loci.latest.readings();
  const finding = currentFinding(loci.session.getState());
  const document = finding?.document;
  const { model, gpuMissing, readings } = loci.status.getState();
  if (!finding || !document || readingsKey(document) === readings?.key) return;
  if (!model || gpuMissing !== null || otherModel(document.model, model) !== null) {
    loci.status.setState({ readings: null, readingsError: null });
    return;
  }
  const reason = whyNotRead(finding);
  if (reason !== null) return loci.status.setState({ readings: null, readingsError: reason });
  const tokens = document.tokens.map((token) => token.id);
  const sites = Array.from({ length: model.spec.nLayers }, (_, layer) => `blocks.${layer}.attn.hook_pattern`);
  try {
    const captures = await loci.engine.capture({ tokens, sites });
    const lens = model.spec.head === 'none' ? null : await loci.engine.lens(tokens);
    if (!isCurrent()) return;
    const { nHeads, nKvHeads, attention } = model.spec;
    const read: Readings = {
      key: readingsKey(document),
      patterns: sites.map((site) => captures[site]!.data),
      heads: nHeads,
      queriesPerKvHead: nHeads / nKvHeads,
      isCausal: attention.causal,
      lens,
    };
    loci.status.setState({ readings: read, readingsError: null });
  } catch (error) {
    if (isCurrent()) loci.status.setState({ readings: null, readingsError: messageOf(error) });
  }
}
