/**
 * A graph <-> its part of a link. Edges and nodes are bits over all of the model's (`edgesOf`,
 * `componentsOf`, per position if separate); names appear only for other kinds or orders. Scores,
 * KL and p are planes of codes, intervals distances from scores.
 */
import { z } from 'zod';
import { componentsOf, edgeCount, forEachEdge, type Shape } from '../model/edges';
import { percent, plain } from '../results/format';
import { type Graph, type GraphEdge, type GraphNode, graph as graphSchema } from '../results/graph';
import { atMost, checkNodeCount } from '../results/size';
import { MOST } from '../util/bounds';
import { range } from '../util/range';
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
  /** Only if bits cannot express them. */
  nodes: graphSchema.shape.nodes.optional(),
  /** Their number; or their names, if bits cannot express them. */
  edges: z.union([
    z.number().int().nonnegative().max(MOST.edges),
    z.array(z.object({ from: z.string(), to: z.string(), at }).strict()).max(MOST.edges),
  ]),
  /** Some scores are estimates: one more bit per edge. */
  estimates: z.boolean(),
  planes: z.partialRecord(z.enum(graphPlanes), planeInfo),
});

export type GraphOutline = z.infer<typeof graphOutline>;

/** Writes bits and codes to `numbers`; returns the JSON part. */
export function packGraph({ nodes, edges, ...rest }: Graph, numbers: ByteWriter): GraphOutline {
  checkCounts(rest);
  const nodeBits = nodeBitsOf(nodes, rest);
  const edgeBits = edgeBitsOf(edges, rest);
  if (nodeBits) numbers.bits(nodeBits);
  if (edgeBits) numbers.raw(edgeBits);
  numbers.bits(edges.map(({ kept }) => kept));
  const estimates = edges.some(({ measured }) => measured === false);
  if (estimates) numbers.bits(edges.map(({ measured }) => measured !== false));
  return {
    ...rest,
    ...(nodeBits ? {} : { nodes }),
    edges: edgeBits ? edges.length : edges.map(({ from, to, at }) => ({ from, to, at })),
    estimates,
    planes: writePlanes(graphPlanes, encodeEdges(edges), numbers) as GraphOutline['planes'],
  };
}

/** The inverse of `packGraph`, with the planes' steps. Throws one sentence on a mismatch. */
export function unpackGraph(
  { nodes, edges, estimates, planes: infos, ...rest }: GraphOutline,
  reader: ByteReader,
): { graph: Graph; steps: Record<string, number> } {
  checkCounts(rest);
  const hasNodes = nodes ?? readNodes(rest, reader);
  const names = typeof edges === 'number' ? readEdges(rest, edges, reader) : edges;
  const kept = reader.bits(names.length);
  const measured = estimates ? reader.bits(names.length) : null;
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

/** The kept edges and the `n` strongest others, in order. */
export function strongest(graph: Graph, n: number): Graph {
  const rest = graph.edges.filter(({ kept }) => !kept);
  const size = ({ score }: GraphEdge): number => Math.abs(score ?? 0);
  const chosen = new Set(rest.sort((a, b) => size(b) - size(a)).slice(0, n));
  return { ...graph, edges: graph.edges.filter((edge) => edge.kept || chosen.has(edge)) };
}

type Place = Pick<GraphEdge, 'from' | 'to' | 'at'>;

type Whole = Pick<Graph, 'shape' | 'positions'>;

/** A net's graph has no shape: its nodes and edges are names. */
const modelOf = ({ shape }: Whole): Shape | null =>
  shape
    ? {
        nLayers: shape.layers,
        nHeads: shape.heads,
        nKvHeads: shape.kvHeads,
        dMlp: shape.hasMlp ? 1 : 0,
        parallel: shape.parallel,
      }
    : null;

const placesOf = ({ positions }: Whole): readonly (number | undefined)[] =>
  positions ? range(0, positions.length) : [undefined];

/** Edges of a model of this shape, at all positions. */
const wholeCount = (whole: Whole): number => {
  const model = modelOf(whole);
  return model ? edgeCount(model) * placesOf(whole).length : 0;
};

/** Throws one sentence if there are too many nodes or edges for bits. */
function checkCounts(whole: Whole): void {
  checkNodeCount(whole, 'link');
  atMost(wholeCount(whole), MOST.shapeEdges, 'link: a model of the shape of its graph has too many edges');
}

function nodesOf(whole: Whole): readonly GraphNode[] {
  const model = modelOf(whole);
  const components = model ? componentsOf(model) : [];
  if (!whole.positions) return components;
  return range(0, whole.positions.length).flatMap((at) =>
    components.map((node): GraphNode => ({ ...node, at, id: `${node.id}@${at}` })),
  );
}

/** A bit per node of the whole model; null if `nodes` is not an ordered subset. */
function nodeBitsOf(nodes: readonly GraphNode[], whole: Whole): boolean[] | null {
  let next = 0;
  const bits = nodesOf(whole).map((node) => {
    const isHere = next < nodes.length && sameJson(nodes[next], node);
    if (isHere) next++;
    return isHere;
  });
  return next === nodes.length ? bits : null;
}

function readNodes(whole: Whole, reader: ByteReader): GraphNode[] {
  const all = nodesOf(whole);
  const bits = reader.bits(all.length);
  return all.filter((_, i) => bits[i]);
}

/** Visits every edge of the whole model by number and place; no list, as there may be millions. */
function forEachPlace(whole: Whole, visit: (n: number, place: Place) => void): void {
  const model = modelOf(whole);
  if (!model) return;
  const places = placesOf(whole);
  const place: { from: string; to: string; at: number | undefined } = { from: '', to: '', at: undefined };
  let n = 0;
  forEachEdge(model, (from, to) => {
    [place.from, place.to] = [from, to];
    for (const at of places) {
      place.at = at;
      visit(n++, place);
    }
  });
}

/** A bit per edge of the whole model; null if `edges` is not an ordered subset. */
function edgeBitsOf(edges: readonly Place[], whole: Whole): Uint8Array | null {
  const bytes = new Uint8Array(Math.ceil(wholeCount(whole) / 8));
  let next = 0;
  forEachPlace(whole, (n, { from, to, at }) => {
    const edge = edges[next];
    if (edge?.from !== from || edge.to !== to || edge.at !== at) return;
    bytes[n >> 3]! |= 1 << (n & 7);
    next++;
  });
  return next === edges.length ? bytes : null;
}

/** The inverse of `edgeBitsOf`; checks that there are `count`. */
function readEdges(whole: Whole, count: number, reader: ByteReader): Place[] {
  const bytes = reader.raw(Math.ceil(wholeCount(whole) / 8));
  const names: Place[] = [];
  forEachPlace(whole, (n, { from, to, at }) => {
    if ((bytes[n >> 3]! >> (n & 7)) & 1) names.push(at === undefined ? { from, to } : { from, to, at });
  });
  if (names.length !== count)
    throw new Error(`link: graph: its edges do not fit its bits, got ${names.length}, expected ${count}.`);
  return names;
}

/** Smaller p are stored as this: codes hold the logarithm. */
const SMALLEST_P = 1e-30;

function encodeEdges(edges: readonly GraphEdge[]): Partial<Record<GraphPlane, Plane>> {
  const intervals = edges.map(({ score, interval }) => (score === null ? null : (interval ?? null)));
  const kl = edges.map((edge) => edge.kl ?? null);
  const p = edges.map((edge) => edge.p ?? null);
  const logs = p.map((value) => (value === null ? null : Math.log10(Math.max(value, SMALLEST_P))));
  return {
    ...encodeFigure(
      { values: edges.map(({ score }) => score), ...(isGiven(intervals) && { intervals }) },
      { shows: (x, as) => plain(x) === plain(as) && percent(x) === percent(as) },
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
