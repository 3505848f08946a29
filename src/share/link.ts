/**
 * A finding as a fragment: `#v=<version>&n=<characters>&c=<crc32>&d=<base64url(deflate(bytes))>`.
 * Writes version 4. Version 1 held a causal trace, 2 any other study, 3 a study with a graph. The
 * fragment never reaches a server. Length and checksum reveal a truncated or changed link.
 */
import { deflateSync } from 'fflate';
import type { ResultDocument } from '../results/document';
import type { Graph } from '../results/graph';
import { MOST } from '../util/bounds';
import { toBase64url } from './base64url';
import { textCrc32 } from '../util/crc32';
import { dictionary } from './dictionary';
import { strongest } from './graphCode';
import { pack } from './pack';
import { withCheckedSpec } from './question';
import { type LinkContent, readContent } from './content';
import type { LinkView } from './view';

export type { LinkContent };

/** Chats and mail programs cut longer addresses. */
const LONGEST_LINK = MOST.linked;
/** Target size for cut graphs: leaves room to reshare with another view. */
const LONGEST_PART = 29_500;
/**
 * The fragment with its '#'. An oversized graph keeps its kept edges and as many of the strongest
 * others as fit, with a note. `step`: the first figure's numbers are multiples of it, if rounded.
 * Throws one sentence if the document is too large.
 */
export function writeLink(document: ResultDocument, view: LinkView = {}, step?: number): string {
  const link = linkOf(document, view, step);
  // Traces have smaller links: see `smaller.ts`.
  if (link.length <= LONGEST_LINK || document.kind === 'causal-trace') return link;
  const shorter =
    linkOfFewerMaps(document, view) ??
    (document.graph && linkOfStrongest(document, document.graph, view, link.length));
  if (shorter) return shorter;
  throw new Error(
    `link: this study is too large for a link, got ${count(link.length)} characters, expected at most ` +
      `${count(LONGEST_LINK)}. Export it as JSON: the file holds everything.`,
  );
}

const PART = 'The link holds the';

const count = (n: number): string => n.toLocaleString('en-US');

function linkOf(document: ResultDocument, view: object, step?: number): string {
  const data = toBase64url(deflateSync(pack(document, view, step), { level: 9, dictionary }));
  return `#v=4&n=${data.length}&c=${textCrc32(data)}&d=${data}`;
}

/** Without its last maps over pictures, as few as need be; null if that does not do. */
function linkOfFewerMaps(document: ResultDocument, view: object): string | null {
  const maps = document.figures.filter(({ drawn }) => drawn === 'map');
  for (let left = maps.length - 1; left >= 0; left--) {
    const kept = maps.slice(0, left);
    const figures = document.figures.filter((one) => one.drawn !== 'map' || kept.includes(one));
    const note =
      left === 0
        ? 'The link holds no maps; the JSON file does.'
        : `${PART} first ${left} of ${maps.length} figures of maps; the JSON file holds all.`;
    const link = linkOf({ ...document, figures, notes: [...document.notes, note] }, view);
    if (link.length <= LONGEST_LINK) return link;
  }
  return null;
}

/** As many dropped edges as fit; null if the kept ones alone do not. `whole`: full length. */
function linkOfStrongest(document: ResultDocument, graph: Graph, view: object, whole: number): string | null {
  const linkWith = (others: number): string => {
    const part = strongest(graph, others);
    const notes = document.notes.filter((note) => !note.startsWith(PART));
    const note =
      `${PART} ${count(part.edges.length)} strongest of ${count(graph.total)} edges, with all that were kept; ` +
      'the JSON file holds the rest.';
    return linkOf({ ...document, graph: part, notes: [...notes, note] }, view);
  };
  let [fits, link] = [0, linkWith(0)];
  if (link.length > LONGEST_PART) return null;
  let [exceeds, longer] = [graph.edges.length, whole];
  // Links grow nearly evenly, by several characters per edge: stop within a few.
  while (exceeds - fits > 8 && LONGEST_PART - link.length > 30) {
    const share = (LONGEST_PART - link.length) / (longer - link.length);
    const others = fits + Math.min(Math.max(Math.floor(share * (exceeds - fits)), 1), exceeds - fits - 1);
    const tried = linkWith(others);
    if (tried.length <= LONGEST_PART) [fits, link] = [others, tried];
    else [exceeds, longer] = [others, tried.length];
  }
  return link;
}

/** Reads a link and checks its question, so that it can be run. Rejects with one sentence. */
export async function readLink(text: string): Promise<LinkContent> {
  const content = await readContent(text);
  return { ...content, document: await withCheckedSpec(content.document, 'link') };
}
