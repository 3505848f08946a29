/**
 * A graph <-> what a link keeps of it. Edges and nodes are named by their places among those of a model of that shape
 * (`edgesOf`, `componentsOf`, each at every position where these are told apart), a bit each; names are written only
 * where the graph has edges or nodes of other kinds or in another order. Scores, KL and p are planes of codes, intervals
 * distances from their scores.
 */
import { z } from 'zod';
import { componentsOf, type Shape, edgesOf } from '../model/edges';
import { percent, plain } from '../results/format';
import { edgeKey, type Graph, type GraphEdge, type GraphNode, graph as graphSchema } from '../results/graph';
import { range } from '../util/range';
import { bitsOf, fromBits } from './bits';
import type { ByteReader, ByteWriter } from './bytes';
import { decodeFigure, encodeFigure, figurePlanes } from './figureCode';
import { planeInfo, readPlanes, stepsOf, writePlanes } from './planes';
import { dequantise, type Plane, quantise } from './quantise';
import { sameJson } from './sameJson';

const graphPlanes = [...figurePlanes, 'kl', 'p'] as const;
type GraphPlane = (typeof graphPlanes)[number];

const at = z.number().int().nonnegative().optional();

/** The JSON part: the graph without its nodes and edges. */
export const graphOutline = graphSchema.omit({ nodes: true, edges: true }).extend({
  /** Present where bits do not say it. */
  nodes: graphSchema.shape.nodes.optional(),
  /** How many there are; or their names, where bits do not say them. */
  edges: z.union([
    z.number().int().nonnegative(),
    z.array(z.object({ from: z.string(), to: z.string(), at }).strict()),
  ]),
  /** Some edges' scores are estimates: another bit per edge. */
  estimates: z.boolean(),
  planes: z.partialRecord(z.enum(graphPlanes), planeInfo),
});

export type GraphOutline = z.infer<typeof graphOutline>;

/** Writes bits and codes to `numbers`, and returns the JSON part. */
export function packGraph({ nodes, edges, ...rest }: Graph, numbers: ByteWriter): GraphOutline {
  const whole = wholeGraph(rest);
  const nodeBits = bitsWithin(nodes, whole.nodes, (a, b) => sameJson(a, b));
  const edgeBits = bitsWithin(edges, whole.edges, (a, b) => edgeKey(a) === edgeKey(b));
  if (nodeBits) numbers.raw(bitsOf(nodeBits));
  if (edgeBits) numbers.raw(bitsOf(edgeBits));
  numbers.raw(bitsOf(edges.map(({ kept }) => kept)));
  const estimates = edges.some(({ measured }) => measured === false);
  if (estimates) numbers.raw(bitsOf(edges.map(({ measured }) => measured !== false)));
  return {
    ...rest,
    ...(nodeBits ? {} : { nodes }),
    edges: edgeBits ? edges.length : edges.map(({ from, to, at }) => ({ from, to, at })),
    estimates,
    planes: writePlanes(graphPlanes, encodeEdges(edges), numbers) as GraphOutline['planes'],
  };
}

/** The inverse of `packGraph`, and the planes' steps. Throws one sentence if bits and numbers do not fit. */
export function unpackGraph(
  { nodes, edges, estimates, planes: infos, ...rest }: GraphOutline,
  reader: ByteReader,
): { graph: Graph; steps: Record<string, number> } {
  const whole = wholeGraph(rest);
  const present = <T>(all: readonly T[]): T[] => {
    const bits = fromBits(reader.raw(Math.ceil(all.length / 8)), all.length);
    return all.filter((_, i) => bits[i]);
  };
  const hasNodes = nodes ?? present(whole.nodes);
  const names = typeof edges === 'number' ? present(whole.edges) : edges;
  if (typeof edges === 'number' && names.length !== edges)
    throw new Error(`link: graph: its edges do not fit its bits, got ${names.length}, expected ${edges}.`);
  const bits = () => fromBits(reader.raw(Math.ceil(names.length / 8)), names.length);
  const kept = bits();
  const measured = estimates ? bits() : null;
  const planes = readPlanes(graphPlanes, infos, reader, () => names.length);
  const numbers = decodeEdges(planes, names.length);
  const graph: Graph = {
    ...rest,
    nodes: hasNodes,
    edges: names.map(
      (name, e): GraphEdge => ({
        ...name,
        ...numbers[e]!,
        kept: kept[e]!,
        ...(measured?.[e] === false ? { measured: false } : {}),
      }),
    ),
  };
  return { graph, steps: stepsOf(planes) };
}

/** The kept edges and the `n` strongest of the others, in their order. */
export function strongest(graph: Graph, n: number): Graph {
  const rest = graph.edges.filter(({ kept }) => !kept);
  const size = ({ score }: GraphEdge): number => Math.abs(score ?? 0);
  const chosen = new Set(rest.sort((a, b) => size(b) - size(a)).slice(0, n));
  return { ...graph, edges: graph.edges.filter((edge) => edge.kept || chosen.has(edge)) };
}

type Place = Pick<GraphEdge, 'from' | 'to' | 'at'>;

function wholeGraph({ shape, positions }: Pick<Graph, 'shape' | 'positions'>): {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Place[];
} {
  const { layers, heads, kvHeads, hasMlp, parallel } = shape;
  const model: Shape = {
    nLayers: layers,
    nHeads: heads,
    nKvHeads: kvHeads,
    dMlp: hasMlp ? 1 : 0,
    parallel,
  };
  const places = positions ? range(0, positions.length) : null;
  const components = componentsOf(model);
  return {
    nodes: places
      ? places.flatMap((at) => components.map((node): GraphNode => ({ ...node, at, id: `${node.id}@${at}` })))
      : components,
    edges: places ? edgesOf(model).flatMap((edge) => places.map((at) => ({ ...edge, at }))) : edgesOf(model),
  };
}

/** Which of `all` are in `some`; null if `some` is not a part of it in its order. */
function bitsWithin<T, U>(
  some: readonly T[],
  all: readonly U[],
  same: (a: T, b: U) => boolean,
): boolean[] | null {
  let next = 0;
  const bits = all.map((one) => {
    const isHere = next < some.length && same(some[next]!, one);
    if (isHere) next++;
    return isHere;
  });
  return next === some.length ? bits : null;
}

/** A p below this travels as this: codes are of its logarithm. */
const SMALLEST_P = 1e-30;

function encodeEdges(edges: readonly GraphEdge[]): Partial<Record<GraphPlane, Plane>> {
  const intervals = edges.map(({ score, interval }) => (score === null ? null : (interval ?? null)));
  const kl = edges.map((edge) => edge.kl ?? null);
  const p = edges.map((edge) => edge.p ?? null);
  const logs = p.map((value) => (value === null ? null : Math.log10(Math.max(value, SMALLEST_P))));
  return {
    ...encodeFigure(
      { values: edges.map(({ score }) => score), ...(isGiven(intervals) && { intervals }) },
      (x, as) => plain(x) === plain(as) && percent(x) === percent(as),
    ),
    ...(isGiven(kl) && { kl: quantise(kl, (e, x) => plain(x) === plain(kl[e]!)) }),
    ...(isGiven(p) && { p: quantise(logs, (e, x) => plain(10 ** x) === plain(p[e]!)) }),
  };
}

const isGiven = (list: readonly unknown[]): boolean => list.some((one) => one !== null);

function decodeEdges(
  planes: Partial<Record<GraphPlane, Plane>>,
  n: number,
): Pick<GraphEdge, 'score' | 'interval' | 'kl' | 'p'>[] {
  const { values, intervals } = decodeFigure(planes);
  const kl = planes.kl && dequantise(planes.kl);
  const logs = planes.p && dequantise(planes.p);
  return range(0, n).map((e) => {
    const log = logs?.[e] ?? null;
    return {
      score: values[e]!,
      ...(intervals ? { interval: intervals[e]! } : {}),
      ...(kl ? { kl: kl[e]! } : {}),
      ...(logs ? { p: log === null ? null : Math.min(1, 10 ** log) } : {}),
    };
  });
}
