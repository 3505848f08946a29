/**
 * embed.html: a link's finding in a frame of another page. It shows sentence, picture and origin,
 * runs nothing, stores nothing, sends no messages, and fills its frame.
 */
import { openingPrune } from '../../panels/graph/prune';
import { AS_FOUND, graphView } from '../../panels/graph/view';
import { frameSheet } from '../../panels/figure/svg';
import { graphFrame } from '../../panels/graph/svg';
import { originOf } from '../../results/origin';
import { plainOf } from '../../results/phrases';
import { type LinkContent, readContent } from '../../share/content';
import { parseWith } from '../../util/parse';
import { svgElement } from '../../view/marks/elements';
import type { Sheet } from '../../view/marks/markup';
import { screen } from '../../view/marks/scene';
import '../../ui/tokens.css';
import '../../ui/base.css';
import './embed.css';

const main = document.getElementById('embed')!;
const dark = matchMedia('(prefers-color-scheme: dark)');
let content: LinkContent | null = null;

async function read(): Promise<void> {
  try {
    content = await readContent(location.hash);
    show(content);
  } catch (error) {
    content = null;
    const sentence = element('span', error instanceof Error ? error.message : String(error));
    sentence.setAttribute('role', 'alert');
    const heading = element('h1', '', 'problem');
    heading.append(sentence);
    main.replaceChildren(heading, footer([]));
  }
}

function show(shown: LinkContent): void {
  const { document: finding } = shown;
  const sentence = element('h1', plainOf(finding.finding), 'sentence');
  const picture = document.createElement('div');
  picture.className = 'picture';
  main.replaceChildren(sentence, picture, footer(originOf(finding)));
  const sheet = sheetOf(shown, picture.clientWidth);
  if (!sheet) return;
  const { lines, scenes, notes = [] } = sheet;
  picture.append(
    svgElement(scenes, screen(theme()), lines[0] ?? sentence.textContent),
    ...[...lines, ...notes].map((line) => element('p', line, 'small')),
  );
}

function sheetOf({ document: finding, view }: LinkContent, width: number): Sheet | null {
  const { graph } = finding;
  if (!graph) return frameSheet(finding, view.selection?.figure, { ink: screen(theme()), width });
  const opening = view.graph ?? { prune: openingPrune(graph) };
  const picture = parseWith(graphView, { ...AS_FOUND, ...opening }, 'link: view.graph');
  return graphFrame(graph, picture, theme(), width);
}

function footer(origin: readonly string[]): HTMLElement {
  const line = document.createElement('footer');
  const open = document.createElement('a');
  open.href = `./${location.hash}`;
  open.target = '_blank';
  open.rel = 'noopener';
  open.textContent = 'Open in Loci';
  line.append(...origin.map((part) => element('p', part, 'origin')), open);
  return line;
}

function element(tag: string, text: string, name = ''): HTMLElement {
  const one = document.createElement(tag);
  one.className = name;
  one.textContent = text;
  return one;
}

const theme = () => (dark.matches ? 'dark' : 'light');

/** Draws again for another width or other colours. */
function redraw(): void {
  document.documentElement.dataset.theme = theme();
  if (content) show(content);
}

await read();
dark.addEventListener('change', redraw);
addEventListener('hashchange', () => void read());
addEventListener('resize', redraw);
