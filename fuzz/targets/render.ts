/** Every accepted document can be rendered: the page, each selectable thing, and the pictures. */
import { createElement, type ReactElement } from 'react';
import { renderToString } from 'react-dom/server';
import { addFinding } from '../../src/app/actions/findings';
import { isGraphFinding } from '../../src/app/actions/graph';
import { linkOf, openLink } from '../../src/app/actions/share';
import { settle } from '../../src/app/testing';
import { currentFinding } from '../../src/app/stores/session';
import { UNSELECTED } from '../../src/app/stores/view';
import { FigureTable } from '../../src/panels/figure/Table';
import { groupFigures, selectionOf } from '../../src/panels/figure/select';
import { figureSvg, frameSheet } from '../../src/panels/figure/svg';
import { EdgeTable } from '../../src/panels/graph/EdgeTable';
import { layoutOf } from '../../src/panels/graph/layout';
import { litBy } from '../../src/panels/graph/lit';
import { pictureOf } from '../../src/panels/graph/picture';
import { strokes } from '../../src/panels/graph/stroke';
import { AS_FOUND } from '../../src/panels/graph/view';
import { labelOfNode, wordsOfEdge } from '../../src/panels/graph/words';
import { footOf } from '../../src/results/origin';
import { paper } from '../../src/view/marks/scene';
import { documentSvg } from '../../src/panels/svg';
import type { Graph } from '../../src/results/graph';
import type { ResultDocument } from '../../src/results/document';
import { readLink } from '../../src/share/link';
import { comparison, link } from './links';
import { textToDocument } from '../../src/share/file';
import { documents } from '../corpus';
import { mutateJson } from '../mutate/json';
import { createPage, render } from '../page';
import { NOTHING_LOST, target } from '../target';

/** Things selected in turn; if there are more, the selection is spread over all. */
const MOST_SELECTED = 2;

const page = createPage();

export const rendering = target<string>({
  name: 'render',
  seeds: documents,
  // One change each, so that more inputs are accepted and rendered.
  mutate: (text, random) => JSON.stringify(mutateJson(JSON.parse(text), random, 1)),
  async run(text) {
    await drawn(await textToDocument(text));
    return NOTHING_LOST;
  },
});

/** A link also contains the sender's view, and perhaps a finding to compare with. */
export const renderingLink = target<string>({
  name: 'render-link',
  seeds: () => {
    const links = link.seeds() as string[];
    const last = links.at(-1)!;
    return [...links, comparison(last, last)];
  },
  mutate: (text, random) => link.mutate(text, random) as string,
  async run(text) {
    await readLink(text);
    page.session.setState({ findings: [], currentId: null });
    await openLink(page, text);
    const { linkError } = page.view.getState();
    if (linkError !== null) throw new Error(linkError);
    await settle();
    await render(page);
    linkOf(page, 'https://example.org/');
    return NOTHING_LOST;
  },
});

async function drawn(document: ResultDocument): Promise<void> {
  page.session.setState({ findings: [], currentId: null });
  addFinding(page, document, 'link');
  await settle();
  for (const view of viewsOf(document)) {
    page.view.setState({ ...UNSELECTED, ...view });
    await render(page);
  }
  documentSvg(document);
  await drawFigures(document);
}

/** Nothing selected, then cell after cell. */
function viewsOf(document: ResultDocument): object[] {
  const views = groupFigures(document.figures).flat();
  const cells = views.map((view) => selectionOf(view, view.figure.values.length - 1));
  return [{}, ...spread(cells).map((locked) => ({ locked }))];
}

function spread<T>(list: readonly T[]): T[] {
  const every = Math.max(1, Math.floor(list.length / MOST_SELECTED));
  return list.filter((_, i) => i % every === 0).slice(0, MOST_SELECTED);
}

async function drawFigures(document: ResultDocument): Promise<void> {
  frameSheet(document, undefined, { ink: paper, width: 390 });
  for (const view of groupFigures(document.figures).flat()) {
    figureSvg(view, document.finding, footOf(document));
    markup(createElement(FigureTable, { view }));
  }
  const finding = currentFinding(page.session.getState());
  if (finding && isGraphFinding(finding)) await drawGraph(finding.document.graph);
}

/** Draws the canvases, and describes every node and edge. */
async function drawGraph(graph: Graph): Promise<void> {
  const picture = pictureOf(graph, layoutOf(graph, 900), AS_FOUND);
  const strokeOf = strokes('light', picture.most, picture.edges.length);
  for (const edge of picture.edges) {
    strokeOf(edge);
    wordsOfEdge(edge, picture, graph);
  }
  for (const node of picture.nodes) {
    labelOfNode(node, picture, graph);
    litBy(picture, [node.id]);
  }
  markup(createElement(EdgeTable, { graph, picture, selection: null, onSelect: () => undefined }));
  const ids = [...picture.nodes, ...picture.edges].map(({ id }) => id);
  for (const selection of spread(ids)) {
    const groups = [{ name: 'group', nodes: ids.slice(0, 2) }];
    const view = { ...AS_FOUND, selection, pinned: [selection], cut: [selection], groups };
    pictureOf(graph, layoutOf(graph, 900), view);
    page.graph.setState({ view });
    await render(page);
  }
}

const markup = (element: ReactElement): string => renderToString(element);
