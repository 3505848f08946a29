/** The inputs of one batch: images or restarted values, and the tables of every row's edits. */
import { netSite, type NetSite, type NetSpec } from '../../model/net';
import { concat } from '../../util/concat';
import { elements } from '../../util/elements';
import type { ChangeFeeds, EdgeFeeds, Inputs, Wiring } from '../../onnx/wire';
import type { NetRun } from '../../model/netRun';
import type { NetRequest } from './api';
import { editTable, tableShape } from './edits';
import { layerOf } from './plan';

/** Values of a site for an image without edits. */
export type BaseValues = (site: string, image: number) => Float32Array;

export interface Batch {
  readonly spec: NetSpec;
  readonly request: NetRequest;
  readonly wiring: Wiring;
  readonly base: BaseValues;
}

export function inputsOf(batch: Batch, runs: readonly NetRun[]): Inputs {
  const { spec, request, wiring, base } = batch;
  const { from, sets = [], edges } = wiring;
  const start = from === undefined ? spec.sites[0]! : netSite(spec, from);
  const valuesOf = (image: number) => (from === undefined ? request.images[image]! : base(from, image));
  return {
    start: { dims: dimsOf(start, runs.length), data: joined(runs.map(({ image }) => valuesOf(image))) },
    changes: Object.fromEntries(sets.map((name) => [name, changeFeeds(batch, name, runs)])),
    ...(edges && {
      edges: Object.fromEntries(edges.map((one) => [one.layer, edgeFeeds(spec, one, runs)])),
    }),
    ...(wiring.isMasked && { mask: maskFeed(spec, request, runs) }),
  };
}

/** Rows without a mask keep all of their image. */
function maskFeed({ input }: NetSpec, { masks = [] }: NetRequest, runs: readonly NetRun[]) {
  const [, height, width] = input.shape as [number, number, number];
  const all = new Float32Array(height * width).fill(1);
  const rows = runs.map(({ mask }) => (mask === undefined ? all : Float32Array.from(masks[mask]!)));
  return { dims: [runs.length, 1, height, width], data: joined(rows) };
}

function changeFeeds(
  { spec, request, wiring, base }: Batch,
  name: string,
  runs: readonly NetRun[],
): ChangeFeeds {
  const site = netSite(spec, name);
  const own = ({ edits = [] }: NetRun) => edits.filter((edit) => edit.site === name);
  const shape = tableShape(spec, site, request.runs.flatMap(own));
  const baseOf = (image: number) => base(name, image);
  const tables = runs.map((run) => editTable({ spec, site, shape, base: baseOf }, own(run)));
  const dims = site.lead === 1 ? [runs.length, ...shape] : [runs.length * site.lead, ...shape.slice(1)];
  const floats = (part: 'value' | 'gain' | 'shift') => ({
    dims,
    data: joined(tables.map((table) => table[part])),
  });
  return {
    mask: { dims, data: concat(tables.map(({ mask }) => mask)) },
    value: floats('value'),
    ...(wiring.mixes?.includes(name) && { gain: floats('gain'), shift: floats('shift') }),
  };
}

const dimsOf = ({ lead, shape }: NetSite, rows: number): number[] => [rows * lead, ...shape];

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Channels are on the first axis of maps, and on the last of a dense layer's [D] or [T, D]. */
function edgeFeeds(
  spec: NetSpec,
  { layer, isSoft }: NonNullable<Wiring['edges']>[number],
  runs: readonly NetRun[],
): EdgeFeeds {
  const { reads } = layerOf(spec, layer);
  const read = channelShape(netSite(spec, reads));
  const written = channelShape(netSite(spec, layer));
  const own = runs.map(({ edges }) => edges?.find((edit) => edit.layer === layer));
  const keep = own.map((edit) => marked(read, edit?.causes ?? [], 'cause').map((one) => 1 - one));
  const effects = own.map((edit) => marked(written, edit?.effects ?? [], 'effect'));
  const ones = written.shape.map(() => 1);
  return {
    keep: { dims: [runs.length, ...read.shape], data: joined(keep) },
    effects: { dims: [runs.length, ...written.shape], data: Uint8Array.from(joined(effects)) },
    ...(isSoft && {
      u: { dims: [runs.length, ...ones], data: Float32Array.from(own, (edit) => edit?.u ?? 0) },
    }),
  };
}

interface Channels {
  readonly shape: readonly number[];
  readonly name: string;
}

function channelShape({ shape, name }: NetSite): Channels {
  const channel = shape.length === 3 ? 0 : shape.length - 1;
  return { name, shape: shape.map((size, axis) => (axis === channel ? size : 1)) };
}

function marked({ shape, name }: Channels, chosen: readonly number[], what: string): Float32Array {
  const marks = new Float32Array(elements(shape));
  for (const c of chosen) {
    if (!(Number.isInteger(c) && c >= 0 && c < marks.length))
      throw new Error(`edges: ${name}: no such ${what}, got ${c}, expected 0 to ${marks.length - 1}.`);
    marks[c] = 1;
  }
  return marks;
}
