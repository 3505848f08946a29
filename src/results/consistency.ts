/**
 * Checks beyond the schema: figures' sizes match their axes, a trace its spec, a graph its model.
 */
import { answerRowOf, askedOf } from './asked';
import { levelOf } from './cell';
import { expectEqual, fail } from './contradiction';
import type { Figure, FigureAxis, Level, ResultDocument } from './document';
import {
  channelId,
  edgeKey,
  type Graph,
  type GraphNode,
  type GraphShape,
  isModelGraph,
  type ModelGraph,
  placedName,
} from './graph';
import type { Interval } from './parts';
import { TRACE_KINDS } from './traceMap';
import { quoted } from '../util/parse';

/** @throws Error with one sentence naming the first contradiction. */
export function checkConsistency(document: ResultDocument): void {
  expectEqual('spec.kind', document.spec.kind, document.kind, 'as the document');
  const byName = new Map<string, Figure>();
  for (const figure of document.figures) {
    if (byName.has(figure.name)) fail(`figures: ${quoted(figure.name)}`, 'two of that name', 'one');
    byName.set(figure.name, figure);
    checkFigure(figure, document.tokens.length);
    if (figure.drawn === 'map' && !document.pictures?.[figure.over ?? -1])
      fail(`figures: ${figure.name}: over`, `picture ${figure.over ?? 'none'}`, 'one of the document');
  }
  if (document.kind === 'causal-trace') checkTrace(document, byName);
  if (document.graph) checkGraph(document.graph);
  const { asked, measured, skipped } = document.cases;
  if (measured + skipped.length > asked)
    fail('cases', `${measured} measured and ${skipped.length} skipped`, `at most ${asked} asked`);
  for (const [i, { at, range, interval }] of (document.tightened ?? []).entries()) {
    checkPairs(`tightened[${i}]`, [range, interval]);
    const isHere =
      typeof at === 'string'
        ? document.figures.some((figure) => levelOf(figure, at))
        : at.cell < (byName.get(at.figure)?.values.length ?? 0);
    if (!isHere)
      fail(
        `tightened[${i}].at`,
        typeof at === 'string' ? at : `cell ${at.cell} of ${quoted(at.figure)}`,
        'a level or a cell of this document',
      );
  }
}

function checkFigure(figure: Figure, tokens: number): void {
  const { name, axes, values, intervals, ranges, texts, draws, hatched, levels, floor, peak, drawn } = figure;
  const where = `figures: ${name}`;
  const isPlane = drawn === 'path' || drawn === 'scatter';
  const coordinates = axes.length < 2 ? 0 : axes.at(-1)!.labels.length;
  if (isPlane && coordinates !== 2)
    fail(`${where}: a ${drawn}`, `${coordinates} coordinates`, 'points, and 2 coordinates as its last axis');
  const cells = axes.reduce((product, axis) => product * axis.labels.length, 1);
  for (const axis of axes) checkAxis(`${where}: axis ${axis.name}`, axis, tokens);
  for (const [part, list] of Object.entries({ values, intervals, ranges, texts, draws, hatched })) {
    if (list && list.length !== cells)
      fail(`${where}.${part}`, `${list.length} entries`, `${cells}, one per cell`);
  }
  checkPairs(`${where}.intervals`, intervals ?? []);
  checkPairs(`${where}.ranges`, ranges ?? []);
  for (const level of levels ?? []) {
    checkPairs(`${where}.levels`, [level.range, level.interval]);
    checkDraws(`${where}.levels`, level, figure);
  }
  for (const list of draws ?? []) checkDraws(where, { draws: list }, figure);
  if (floor !== undefined && !levelOf(figure, floor)) fail(`${where}.floor`, floor, 'the name of a level');
  if (hatched && figure.hatching === undefined)
    fail(`${where}.hatched`, 'hatched cells', 'a rule in hatching');
  for (const cell of peak ? [peak.cell, ...(peak.overNoise?.alike ?? [])] : [])
    if (cell >= cells) fail(`${where}.peak`, `cell ${cell}`, `one of ${cells}`);
  checkPairs(`${where}.peak`, [peak?.overNoise?.interval]);
}

function checkAxis(
  where: string,
  { labels, at, ids, groups = [], marked, covers }: FigureAxis,
  tokens: number,
) {
  for (const [part, list] of Object.entries({ at, ids, covers }))
    if (list && list.length !== labels.length)
      fail(`${where}.${part}`, `${list.length} entries`, `${labels.length}`);
  if (groups.length > labels.length) fail(`${where}.groups`, groups.length, `at most ${labels.length}`);
  const outside = groups.flat().find((position) => position >= tokens);
  if (outside !== undefined) fail(`${where}.groups`, outside, `token positions below ${tokens}`);
  if (marked && (marked[0] > marked[1] || marked[1] > labels.length))
    fail(`${where}.marked`, `${marked[0]} to ${marked[1]}`, `a range inside 0 to ${labels.length}`);
  for (const [begin, end] of covers ?? [])
    if (begin >= end) fail(`${where}.covers`, `${begin} to ${end}`, 'the lower end first');
}

function checkDraws(where: string, { draws }: Pick<Level, 'draws'>, { varies }: Figure): void {
  const n = varies?.n ?? 1;
  if (draws && draws.length !== n) fail(`${where}.draws`, `${draws.length} entries`, `${n}, one per draw`);
}

function checkPairs(where: string, pairs: readonly (Interval | null | undefined)[]): void {
  for (const pair of pairs)
    if (pair && pair[0] > pair[1]) fail(where, `[${pair[0]}, ${pair[1]}]`, 'the lower end first');
}

/** The assumptions of a trace's words. */
function checkTrace(document: ResultDocument, figures: ReadonlyMap<string, Figure>): void {
  const question = askedOf(document);
  const T = document.tokens.length;
  expectEqual('tokens: entries', T, question.tokens.length, 'as in spec.tokens');
  document.tokens.forEach((token, i) => {
    expectEqual(`tokens[${i}].id`, token.id, question.tokens[i]!, 'as in spec.tokens');
  });
  const { begin, end } = question.subject;
  if (begin >= end || end > T) fail('spec.subject', `${begin} to ${end}`, `a range inside 0 to ${T}`);
  if (answerRowOf(question) >= T) fail('spec.answerRow', question.answerRow, `a position below ${T}`);
  expectEqual('answer.id', document.answer?.id, question.answer.id, 'as in spec.answer');
  expectEqual('distractor.id', document.distractor?.id, question.distractor?.id, 'as in spec.distractor');
  if (!document.predicted) fail('predicted', 'nothing', 'what the model says');
  if (question.metric === 'logit-diff' && !document.distractor)
    fail('distractor', 'nothing', 'a token: the metric is logit-diff');
  const L = question.window.layers.length;
  if (L === 0) fail('spec.window.layers', '0 entries', 'one per layer');
  for (const [l, [first, after]] of question.window.layers.entries())
    if (first >= after || after > L)
      fail(`spec.window.layers[${l}]`, `${first} to ${after}`, `a range inside 0 to ${L}`);
  const draws = question.corruption.type === 'noise' ? question.corruption.samples : undefined;
  for (const kind of TRACE_KINDS) {
    const figure = figures.get(kind);
    if (!figure) continue;
    const where = `figures: ${kind}`;
    const [rows, layers, more] = figure.axes;
    const groups = rows!.groups?.length ?? 0;
    expectEqual(`${where}: rows`, rows!.labels.length - groups, T, 'one per token');
    expectEqual(`${where}: layers`, more ? undefined : layers?.labels.length, L, 'one per layer');
    for (const name of ['corrupted', 'clean'])
      if (!levelOf(figure, name)) fail(`${where}.levels`, 'none', `one of the name ${name}`);
    expectEqual(`${where}.floor`, figure.floor, 'corrupted', 'the level that is restored from');
    expectEqual(`${where}.varies.n`, figure.varies?.n, draws, 'as in spec.corruption');
    if (!figure.rule && (figure.intervals || figure.levels?.some((level) => level.interval)))
      fail(`${where}.rule`, 'nothing', 'one, since there are intervals');
    if (figure.measures === undefined) fail(`${where}.measures`, 'nothing', 'what is measured');
    if (figure.values.includes(null)) fail(`${where}.values`, 'null', 'a number per cell');
    if (figure.peak && figure.peak.cell >= T * L)
      fail(`${where}.peak`, `cell ${figure.peak.cell}`, 'a token');
  }
}

/** Nodes are model parts, edges join nodes, no edge repeats, and named positions exist. */
function checkGraph(graph: Graph): void {
  const { nodes, edges, positions, total, shape } = graph;
  if ((shape === undefined) !== (graph.layers !== undefined))
    fail('graph', shape ? 'a shape and layers' : 'neither a shape nor layers', 'one of them');
  if (shape && shape.heads % shape.kvHeads !== 0)
    fail('graph.shape.kvHeads', shape.kvHeads, `a divisor of ${shape.heads} heads`);
  const places = new Set<string>();
  for (const node of nodes) {
    if (isModelGraph(graph)) checkNode(node, graph);
    else checkChannel(node, graph);
    const place = placedName(node.id.split('@')[0]!, node.at);
    if (places.has(place)) fail(`graph: node ${place}`, 'two of that name', 'one');
    places.add(place);
  }
  const seen = new Set<string>();
  // Edges of neurons and whole streams are extra.
  const own = edges.filter(({ from, to }) => !/\.n\d+$|^resid/.test(from) && !to.startsWith('resid'));
  if (own.length > total) fail('graph: edges', `${own.length}`, `at most ${total}, all of the model's`);
  for (const edge of edges) {
    const { from, to, at } = edge;
    const name = edgeKey(edge);
    if (seen.has(name)) fail(`graph: edge ${name}`, 'two of that name', 'one');
    seen.add(name);
    if (at !== undefined && at >= (positions?.length ?? 0))
      fail(`graph: edge ${name}`, `position ${at}`, `one of ${positions?.length ?? 0}`);
    for (const end of [from, to.replace(/<.>$/, '')])
      if (!places.has(placedName(end, at)))
        fail(`graph: edge ${name}`, `no node ${placedName(end, at)}`, 'a node for each end');
    if (isModelGraph(graph)) checkReceiver(name, to, graph.shape);
  }
}

/** A channel of one of the graph's layers, or the class. */
function checkChannel({ id, kind, layer, at }: GraphNode, { layers = [] }: Graph): void {
  const where = `graph: node ${id}`;
  if (at !== undefined) fail(where, `position ${at}`, 'none: a net has no positions');
  if (kind === 'logits') {
    expectEqual(`${where}: layer`, layer, layers.length, 'above all');
    expectEqual(`${where}: id`, id, 'logits', 'the class');
    return;
  }
  expectEqual(`${where}: kind`, kind, 'channel', 'of a net');
  const site = layers[layer];
  if (site === undefined) fail(where, `layer ${layer}`, `below ${layers.length}`);
  const channel = Number(/:(\d+)$/.exec(id)?.[1]);
  if (id !== channelId(site!, channel)) fail(where, id, `a channel of ${site}`);
}

/** Pictures place a node by its name, so the name must agree with its other fields. */
function checkNode({ id, kind, layer, at }: GraphNode, { shape, positions }: ModelGraph): void {
  const where = `graph: node ${id}`;
  const name = id.split('@')[0]!;
  if (id !== name && id !== placedName(name, at)) fail(where, `position ${at}`, 'the one in its name');
  if (at !== undefined && at >= (positions?.length ?? 0))
    fail(where, `position ${at}`, `one of ${positions?.length ?? 0}`);
  const [, part, block, inner, index] = /^(a|m|resid)(\d+)(?:\.([hn])(\d+))?$/.exec(name) ?? [];
  const named = NAMED[`${part ?? name}${inner ?? ''}`];
  expectEqual(`${where}: kind`, kind, named, 'by its name');
  const expected = kind === 'input' ? -1 : kind === 'logits' ? shape.layers : Number(block);
  expectEqual(`${where}: layer`, layer, expected, 'by its name');
  if (kind !== 'logits' && layer >= shape.layers) fail(where, `layer ${layer}`, `below ${shape.layers}`);
  if (kind === 'head' && Number(index) >= shape.heads)
    fail(where, `head ${index}`, `below ${shape.heads}, the heads of a block`);
  if (kind === 'mlp' && !shape.hasMlp) fail(where, 'an MLP', 'none: graph.shape has none');
}

/** Kinds of nodes by name prefix. */
const NAMED: Readonly<Record<string, GraphNode['kind'] | undefined>> = Object.assign(Object.create(null), {
  input: 'input',
  logits: 'logits',
  ah: 'head',
  m: 'mlp',
  mn: 'neuron',
  resid: 'resid',
});

/** Inputs belong to heads; there are as many keys and values as key-value heads. */
function checkReceiver(edge: string, to: string, { heads, kvHeads }: GraphShape): void {
  const [, head, input] = /^a\d+\.h(\d+)(?:<(.)>)?$/.exec(to) ?? [];
  const isInput = input === 'q' || input === 'k' || input === 'v';
  if (head === undefined ? to.endsWith('>') : !isInput)
    fail(`graph: edge ${edge}`, to, "a head's input <q>, <k> or <v>, an MLP, a stream or the logits");
  const most = input === 'q' ? heads : kvHeads;
  if (head !== undefined && Number(head) >= most)
    fail(`graph: edge ${edge}`, `head ${head}`, `below ${most}, the heads that have such an input`);
}
