/** A session of an opened net, rewritten for what a request reads and changes. */
import { netSite, type NetSpec } from '../model/net';
import type { Probed } from './probe';
import { mix, where } from './rewrite/change';
import { expose } from './rewrite/expose';
import type { Net } from './rewrite/net';
import { rankOne } from './rewrite/rankOne';
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
  /** A layer whose edges can be set, to numbers other than 0 only if `isSoft`. */
  readonly edges?: { readonly layer: string; readonly isSoft: boolean };
}

export interface WiredSession {
  /** The input that takes the images, or the values of `from`. */
  readonly port: string;
  /** One array per site of `reads`. Names of the other inputs: `rewrite/change.ts`, `rankOne.ts`. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<readonly Fetched[]>;
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
    port: net.inputs[0]!.name,
    async run(feeds) {
      const results = await session.run(feeds, net.outputs);
      return net.outputs.map((name) => results.get(name)!);
    },
    close: session.close,
  };
}

function rewritten({ net, spec, probed }: Opened, { from, reads, sets, mixes, edges }: Wiring): Net {
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
  if (edges) edited = rankOne(edited, changed(edges.layer), edges.isSoft);
  for (const name of mixes ?? []) edited = mix(edited, changed(name));
  for (const name of sets ?? []) edited = where(edited, changed(name));
  return expose(edited, reads.map(tensorOf), probed.halves);
}
