/** What a schema cannot say: a study's figures have as many values as their axes ask for, its graph has the model's parts. */
import { expectEqual, fail } from './contradiction';
import { edgeKey, type Graph, type GraphNode, placedName } from './graph';
import type { Figure, StudyDocument } from './study';
import { quoted } from '../util/parse';

/** @throws Error with one sentence naming the first part that contradicts another. */
export function checkStudy(document: StudyDocument): void {
  expectEqual('spec.kind', document.spec.kind, document.kind, 'as the document');
  const names = new Set<string>();
  for (const figure of document.figures) {
    if (names.has(figure.name)) fail(`figures: ${quoted(figure.name)}`, 'two of that name', 'one');
    names.add(figure.name);
    checkFigure(figure);
  }
  if (document.graph) checkGraph(document.graph);
  const { asked, measured, skipped } = document.cases;
  if (measured + skipped.length > asked)
    fail('cases', `${measured} measured and ${skipped.length} skipped`, `at most ${asked} asked`);
}

function checkFigure({ name, axes, values, intervals, ranges, texts, drawn }: Figure): void {
  const isPlane = drawn === 'path' || drawn === 'scatter';
  const coordinates = axes.length < 2 ? 0 : axes.at(-1)!.labels.length;
  if (isPlane && coordinates !== 2)
    fail(
      `figures: ${name}: a ${drawn}`,
      `${coordinates} coordinates`,
      'points, and 2 coordinates as its last axis',
    );
  const cells = axes.reduce((product, axis) => product * axis.labels.length, 1);
  for (const axis of axes) {
    if (axis.at && axis.at.length !== axis.labels.length)
      fail(`figures: ${name}: axis ${axis.name}.at`, `${axis.at.length} entries`, `${axis.labels.length}`);
  }
  for (const [part, list] of Object.entries({ values, intervals, ranges, texts })) {
    if (list && list.length !== cells)
      fail(`figures: ${name}.${part}`, `${list.length} entries`, `${cells}, one per cell`);
  }
  for (const [part, list] of Object.entries({ intervals, ranges })) {
    for (const pair of list ?? [])
      if (pair && pair[0] > pair[1])
        fail(`figures: ${name}.${part}`, `[${pair[0]}, ${pair[1]}]`, 'the lower end first');
  }
}

/** Nodes are parts of the model, every edge's ends are nodes, no edge is there twice, and positions are given where named. */
function checkGraph(graph: Graph): void {
  const { nodes, edges, positions, total, shape } = graph;
  if (shape.heads % shape.kvHeads !== 0)
    fail('graph.shape.kvHeads', shape.kvHeads, `a divisor of ${shape.heads} heads`);
  const places = new Set<string>();
  for (const node of nodes) {
    checkNode(node, graph);
    const place = placedName(node.id.split('@')[0]!, node.at);
    if (places.has(place)) fail(`graph: node ${place}`, 'two of that name', 'one');
    places.add(place);
  }
  const seen = new Set<string>();
  // Edges of neurons and of whole streams are beside the model's own.
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
    checkReceiver(name, to, graph.shape);
  }
}

/** A picture finds a node's place by its name, so the name says what the other fields say. */
function checkNode({ id, kind, layer, at }: GraphNode, { shape, positions }: Graph): void {
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

/** Kinds of nodes by the letters of their names. */
const NAMED: Readonly<Record<string, GraphNode['kind'] | undefined>> = Object.assign(Object.create(null), {
  input: 'input',
  logits: 'logits',
  ah: 'head',
  m: 'mlp',
  mn: 'neuron',
  resid: 'resid',
});

/** Inputs are those of heads, and of keys and values there are as many as heads of their own. */
function checkReceiver(edge: string, to: string, { heads, kvHeads }: Graph['shape']): void {
  const [, head, input] = /^a\d+\.h(\d+)(?:<(.)>)?$/.exec(to) ?? [];
  const isInput = input === 'q' || input === 'k' || input === 'v';
  if (head === undefined ? to.endsWith('>') : !isInput)
    fail(`graph: edge ${edge}`, to, "a head's input <q>, <k> or <v>, an MLP, a stream or the logits");
  const most = input === 'q' ? heads : kvHeads;
  if (head !== undefined && Number(head) >= most)
    fail(`graph: edge ${edge}`, `head ${head}`, `below ${most}, the heads that have such an input`);
}
