/** What a schema cannot say: a study's figures have as many values as their axes ask for. */
import { edgeKey, type Graph, placedName } from './graph';
import type { Figure, StudyDocument } from './study';
import { quoted } from '../util/parse';

/** @throws Error with one sentence naming the first part that contradicts another. */
export function checkStudy(document: StudyDocument): void {
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

function checkFigure({ name, axes, values, intervals, ranges, texts }: Figure): void {
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

/** Every edge's ends are nodes, no edge is there twice, and positions are given where they are named. */
function checkGraph({ nodes, edges, positions, total }: Graph): void {
  const places = new Set(nodes.map(({ id, at }) => placedName(id.split('@')[0]!, at)));
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
  }
}

function fail(where: string, got: string, expected: string): never {
  throw new Error(
    `document: ${where}: contradicts the rest of the document, got ${got}, expected ${expected}.`,
  );
}
