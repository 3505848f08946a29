/** Attention maps and logit lens of the current finding. */
import { type AttentionHead, type HeadMap, poolFor } from '../../panels/attention/select';
import type { ResultDocument } from '../../results/document';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { whyNotRead } from '../opened';
import { otherModel } from '../otherModel';
import { currentFinding } from '../stores/session';
import type { ReadHead, Readings } from '../stores/status';

/** Bytes of full heads kept: four heads of 1,024 positions. */
const KEPT_BYTES = 2 ** 24;

const patternSite = (layer: number): string => `blocks.${layer}.attn.hook_pattern`;

/** Readings depend only on weights and tokens, so findings on one prompt share them. */
export function readingsKey({ model, tokens }: ResultDocument): string {
  return `${model.sha256} ${tokens.map(({ id }) => id).join(' ')}`;
}

/** Reads them from the model while they are shown; panels say why if it is another model. */
export async function loadReadings(loci: Loci): Promise<void> {
  if (!loci.view.getState().isReading) return;
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
  const pool = poolFor(tokens.length);
  const { nLayers, nHeads, nKvHeads, attention, head } = model.spec;
  const sites = Array.from({ length: nLayers }, (_, layer) => patternSite(layer));
  try {
    const captures = await loci.engine.capture({ tokens, sites, pool });
    const lens = head === 'none' ? null : await loci.engine.lens(tokens);
    if (!isCurrent()) return;
    const read: Readings = {
      key: readingsKey(document),
      patterns: sites.map((site) => captures[site]!.data),
      pool,
      maps: [],
      mapError: null,
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

/** Reads all weights of a head if its small map pools them; recent heads are cached. */
export async function loadHead(loci: Loci, { layer, head }: AttentionHead): Promise<void> {
  const isCurrent = loci.latest.map();
  const document = currentFinding(loci.session.getState())?.document;
  const { model, readings } = loci.status.getState();
  if (!document || readings?.key !== readingsKey(document)) return;
  if (!model || otherModel(document.model, model) !== null) return;
  if (mapOf(readings, { layer, head }).pool === 1) return;
  const update = (change: (now: Readings) => Partial<Readings>): void => {
    const { readings: now } = loci.status.getState();
    if (isCurrent() && now?.key === readings.key)
      loci.status.setState({ readings: { ...now, ...change(now) } });
  };
  const site = patternSite(layer);
  try {
    const tokens = document.tokens.map((token) => token.id);
    const { [site]: map } = await loci.engine.capture({ tokens, sites: [site], heads: [head] });
    const read: ReadHead = { layer, head, values: map!.data };
    update(({ maps }) => ({ maps: withinBytes([read, ...maps]), mapError: null }));
  } catch (error) {
    update(() => ({ mapError: messageOf(error) }));
  }
}

/** The best available map of a head: all weights, else the small map. */
export function mapOf({ patterns, heads, pool, maps }: Readings, { layer, head }: AttentionHead): HeadMap {
  const read = maps.find((map) => map.layer === layer && map.head === head);
  if (read) return { values: read.values, pool: 1 };
  const entries = patterns[layer]!.length / heads;
  return { values: patterns[layer]!.subarray(head * entries, (head + 1) * entries), pool };
}

/** The first map, and as many more as fit. */
function withinBytes(maps: readonly ReadHead[]): readonly ReadHead[] {
  let bytes = 0;
  return maps.filter(({ values }, i) => {
    bytes += values.byteLength;
    return i === 0 || bytes <= KEPT_BYTES;
  });
}
