/** A probed net as sites and layers, in the vocabulary of `model/net.ts`. */
import type { NodeProto } from 'onnx-buf';
import { LINEAR, type NetLayer, type NetSite } from '../../model/net';
import { elements } from '../../util/elements';
import type { Probed } from '../probe';
import type { Net } from '../rewrite/net';
import type { Flow } from './flow';
import { siteNames } from './siteNames';

/** Every tensor of floats on the way from the image to the answer. */
export function sitesOf(net: Net, { tensors, cuts }: Flow, { sizes, floats, halves }: Probed): NetSite[] {
  const names = siteNames(net.nodes, tensors);
  const isSite = (tensor: string) => sizes.has(tensor) && (floats.has(tensor) || halves.has(tensor));
  return tensors.filter(isSite).map((tensor) => {
    const node = makerOf(net, tensor);
    const reads = (node?.input ?? []).filter((one) => names.has(one) && isSite(one));
    return {
      name: names.get(tensor)!,
      tensor,
      operator: node?.opType ?? 'Input',
      reads: reads.map((one) => names.get(one)!),
      ...sizes.get(tensor)!,
      isCut: cuts.has(tensor),
    };
  });
}

/** Linear layers from site to site whose weights are stored. */
export function layersOf(net: Net, sites: readonly NetSite[]): NetLayer[] {
  const stored = new Set(net.tensors.map(({ name }) => name));
  const named = new Map(sites.map(({ tensor, name }) => [tensor, name]));
  return sites.flatMap(({ tensor, name }) => {
    const node = makerOf(net, tensor);
    const operator = LINEAR.find((one) => one === node?.opType);
    const reads = named.get(node?.input[0] ?? '');
    return operator && reads !== undefined && stored.has(node!.input[1] ?? '')
      ? [{ site: name, reads, operator, groups: groupsOf(node!) }]
      : [];
  });
}

const groupsOf = ({ attribute }: NodeProto): number =>
  Number(attribute.find(({ name }) => name === 'group')?.i ?? 1);

/**
 * Bytes of the sites that one image needs at the same time, at most: each from the node that makes it
 * to the last that reads it.
 */
export function liveBytes(net: Net, sites: readonly NetSite[]): number {
  const bytes = new Map(sites.map(({ tensor, lead, shape }) => [tensor, 4 * lead * elements(shape)]));
  const last = new Map(net.nodes.flatMap(({ input }, i) => input.map((name) => [name, i] as const)));
  let [now, most] = [bytes.get(sites[0]!.tensor)!, 0];
  for (const [i, { input, output }] of net.nodes.entries()) {
    for (const name of output) now += bytes.get(name) ?? 0;
    most = Math.max(most, now);
    for (const name of new Set(input)) if (last.get(name) === i) now -= bytes.get(name) ?? 0;
  }
  return most;
}

export const makerOf = (net: Net, tensor: string) => net.nodes.find(({ output }) => output.includes(tensor));
