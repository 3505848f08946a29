/** A session of an opened net, rewritten for what a request reads and changes. */
import { netSite, type NetSpec } from '../model/net';
import type { Probed } from './probe';
import { gainInput, maskInput, mix, shiftInput, valueInput, where } from './rewrite/change';
import { expose } from './rewrite/expose';
import { LAYER_MASK, layerMask } from './rewrite/layerMask';
import type { Net } from './rewrite/net';
import { edgeInput, effectsInput, keepInput, rankOne } from './rewrite/rankOne';
import { suffix } from './rewrite/split';
import { type Feed, type Fetched, openSession, type SessionOptions } from './session';

/** What one session reads and may change; names are of sites. */
export interface Wiring {
  /** A site that cuts the net, to start from it; absent: from the image. */
  readonly from?: string;
  /** In the order of the results. Values are those after changes. */
  readonly reads: readonly string[];
  /** Sites with a mask and a value. */
  readonly sets?: readonly string[];
  /** Sites with a gain and a shift, which come before mask and value. */
  readonly mixes?: readonly string[];
  /** Layers whose edges can be set, to numbers other than 0 only if `isSoft`. */
  readonly edges?: readonly { readonly layer: string; readonly isSoft: boolean }[];
  /** Whether each row has a layer mask. Then nothing else is changed, and runs start from the image. */
  readonly isMasked?: boolean;
}

/** As many axes as the site; an axis of size one stands for all of it. */
export interface ChangeFeeds {
  /** Where the site becomes `value`; elsewhere it becomes gain * x + shift. */
  readonly mask: Feed;
  readonly value: Feed;
  readonly gain?: Feed;
  readonly shift?: Feed;
}

/** 0 at the causes; true at the effects; and u, if the edges are soft. See `rewrite/rankOne.ts`. */
export interface EdgeFeeds {
  readonly keep: Feed;
  readonly effects: Feed;
  readonly u?: Feed;
}

export interface Inputs {
  /** Images, or the values of `from`. */
  readonly start: Feed;
  /** Per site of `sets`; gain and shift for those of `mixes`. */
  readonly changes?: Readonly<Record<string, ChangeFeeds>>;
  /** Per layer of `edges`. */
  readonly edges?: Readonly<Record<string, EdgeFeeds>>;
  /** 1 where a row's image is kept, else 0: [N, 1, H, W]. See `rewrite/layerMask.ts`. */
  readonly mask?: Feed;
}

export interface WiredSession {
  /** One array per site of `reads`. */
  run(inputs: Inputs): Promise<readonly Fetched[]>;
  close(): Promise<void>;
}

export interface Opened {
  readonly net: Net;
  readonly file: Uint8Array;
  readonly spec: NetSpec;
  readonly probed: Probed;
}

export async function wired(opened: Opened, wiring: Wiring, options: SessionOptions): Promise<WiredSession> {
  const net = rewritten(opened, wiring);
  const session = await openSession(net, opened.file, options);
  return {
    async run(inputs) {
      const results = await session.run(feedsOf(opened.spec, net.inputs[0]!.name, inputs), net.outputs);
      return net.outputs.map((name) => results.get(name)!);
    },
    close: session.close,
  };
}

function feedsOf(
  spec: NetSpec,
  port: string,
  { start, changes = {}, edges = {}, mask: layer }: Inputs,
): Record<string, Feed> {
  const feeds: Record<string, Feed> = { [port]: start, ...(layer && { [LAYER_MASK]: layer }) };
  for (const [name, { mask, value, gain, shift }] of Object.entries(changes)) {
    const { tensor } = netSite(spec, name);
    feeds[maskInput(tensor)] = mask;
    feeds[valueInput(tensor)] = value;
    if (gain) feeds[gainInput(tensor)] = gain;
    if (shift) feeds[shiftInput(tensor)] = shift;
  }
  for (const [layer, { keep, effects, u }] of Object.entries(edges)) {
    const { tensor } = netSite(spec, layer);
    feeds[keepInput(tensor)] = keep;
    feeds[effectsInput(tensor)] = effects;
    if (u) feeds[edgeInput(tensor)] = u;
  }
  return feeds;
}

function rewritten(
  { net, spec, probed }: Opened,
  { from, reads, sets, mixes, edges, isMasked }: Wiring,
): Net {
  const tensorOf = (name: string) => netSite(spec, name).tensor;
  const changed = (name: string) => ({ tensor: tensorOf(name), isHalf: probed.halves.has(tensorOf(name)) });
  let edited = net;
  if (from !== undefined) {
    const names = [...probed.sizes.keys()];
    const before = names.slice(0, names.indexOf(tensorOf(from)));
    edited = suffix(edited, {
      ...changed(from),
      sizes: probed.sizes.get(tensorOf(from))!,
      before: new Map(before.map((name) => [name, probed.sizes.get(name)!])),
    });
  }
  if (isMasked) edited = layerMask(edited, spec.input.name);
  for (const { layer, isSoft } of edges ?? []) edited = rankOne(edited, changed(layer), isSoft);
  for (const name of mixes ?? []) edited = mix(edited, changed(name));
  for (const name of sets ?? []) edited = where(edited, changed(name));
  return expose(edited, reads.map(tensorOf), probed.halves);
}
