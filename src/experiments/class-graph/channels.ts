/**
 * Channels of sites: the nodes of a class graph. A map's channels are its first axis; a vector's its
 * entries, but where a vector is a flattened map, a channel is all of its places.
 */
import { netSite, type NetLayer, type NetSite, type NetSpec } from '../../model/net';
import { range } from '../../util/range';

/** Operators that compute each channel from that channel alone. */
const KEEP_CHANNELS = new Set(
  (
    'Relu Clip LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Gelu Mish ' +
    'Add Sub Mul Div Sum Max Min Identity Dropout Cast Neg Abs Sqrt Exp BatchNormalization InstanceNormalization ' +
    'MaxPool AveragePool GlobalAveragePool GlobalMaxPool ReduceMean ReduceMax Pad Resize Upsample ' +
    'Flatten Reshape Squeeze Unsqueeze'
  ).split(' '),
);

/** Channels of a site, and how many of its last axis's entries, side by side, are one. */
interface Channels {
  readonly count: number;
  readonly span: number;
}

function channelsOf(spec: NetSpec, site: NetSite): Channels {
  const count = site.shape.length === 3 ? site.shape[0]! : site.shape.at(-1)!;
  if (site.shape.length === 3 || !KEEP_CHANNELS.has(site.operator)) return { count, span: 1 };
  const above = site.reads.map((name) => channelsOf(spec, netSite(spec, name)).count);
  const own = above.find((one) => one < count && count % one === 0);
  return own === undefined ? { count, span: 1 } : { count: own, span: count / own };
}

/** The candidates of a layer: for each, the entries that it reads of it. */
export function candidatesOf(spec: NetSpec, layer: NetLayer): number[][] {
  const { count, span } = channelsOf(spec, netSite(spec, layer.reads));
  return range(0, count).map((c) => range(c * span, (c + 1) * span));
}

export interface Writers {
  /** Layer -> its channels that reach these channels of the site. */
  readonly effects: ReadonlyMap<string, ReadonlySet<number>>;
  /** Sites where channels are mixed, so that the way up ends there. */
  readonly ends: readonly string[];
}

/** The layers that write these channels of a site, found through nodes that keep channels apart. */
export function writersOf(spec: NetSpec, site: string, channels: Iterable<number>): Writers {
  const layers = new Set(spec.layers.map((layer) => layer.site));
  const effects = new Map<string, Set<number>>();
  const ends = new Set<string>();
  const visit = (name: string, wanted: ReadonlySet<number>): void => {
    const here = netSite(spec, name);
    if (layers.has(name)) {
      effects.set(name, new Set([...(effects.get(name) ?? []), ...wanted]));
      return;
    }
    if (here.reads.length === 0) return;
    const { count } = channelsOf(spec, here);
    // A gate for all channels has one of its own.
    const apart = here.reads.filter((read) => channelsOf(spec, netSite(spec, read)).count === count);
    if (!KEEP_CHANNELS.has(here.operator) || apart.length === 0) ends.add(name);
    else for (const read of apart) visit(read, wanted);
  };
  visit(site, new Set(channels));
  return { effects, ends: [...ends] };
}
