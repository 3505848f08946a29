/**
 * Study + view <-> bytes, before compression. Layout, little-endian: length of the JSON (uint32), the JSON (the document
 * with a table of planes in place of its figures' numbers), then the planes of each figure in order, then a graph's bits
 * and planes.
 */
import { z } from 'zod';
import { parseDocument } from '../results/parse';
import { cellCount, checkFigureSizes } from '../results/size';
import { figure, type StudyDocument } from '../results/study';
import { LINK_JSON, MOST } from '../util/bounds';
import { parseJson, parseWith } from '../util/parse';
import { ByteReader, ByteWriter } from './bytes';
import { decodeFigure, encodeFigure, figurePlanes } from './figureCode';
import { graphOutline, packGraph, unpackGraph } from './graphCode';
import type { Steps } from './pack';
import { planeInfo, readPlanes, stepsOf, writePlanes } from './planes';
import { range } from '../util/range';

const axis = figure.shape.axes.element;

/** As much as is needed to put the document together again; `parseDocument` checks the whole. */
const body = z
  .object({
    document: z.looseObject({
      figures: z.array(
        z.looseObject({
          name: z.string(),
          /** A number of labels stands for '0', '1', ... */
          axes: z.array(
            axis.extend({ labels: z.union([axis.shape.labels, z.number().int().min(1).max(MOST.cells)]) }),
          ),
          planes: z.partialRecord(z.enum(figurePlanes), planeInfo),
        }),
      ),
      graph: graphOutline.optional(),
    }),
    view: z.unknown().optional(),
  })
  .strict();

/** The graph's entry among the figures' steps; no figure has this name. */
export const GRAPH_STEPS = 'graph edges';

export function packStudy(document: StudyDocument, view: object): Uint8Array {
  const numbers = new ByteWriter();
  const figures = document.figures.map(({ values, intervals, ranges, axes, ...rest }) => ({
    ...rest,
    axes: axes.map(({ labels, ...other }) => ({
      ...other,
      labels: isCounted(labels) ? labels.length : labels,
    })),
    planes: writePlanes(figurePlanes, encodeFigure({ values, intervals, ranges }), numbers),
  }));
  const graph = document.graph && packGraph(document.graph, numbers);
  const isPlain = Object.keys(view).length === 0;
  const json = new TextEncoder().encode(
    JSON.stringify({ document: { ...document, figures, graph }, ...(!isPlain && { view }) }),
  );
  const all = new ByteWriter();
  all.uint32([json.length]);
  all.raw(json);
  all.raw(numbers.done());
  return all.done();
}

/** The inverse of `packStudy`. `view` is not checked yet. Throws one sentence if the bytes are not what it makes. */
export function unpackStudy(bytes: Uint8Array): { document: StudyDocument; view: unknown; steps: Steps } {
  const reader = new ByteReader(bytes);
  const text = new TextDecoder().decode(reader.raw(reader.uint32()));
  const { document, view } = parseWith(body, parseJson(text, 'link: content', LINK_JSON), 'link: content');
  const sizes = document.figures.map(({ name, axes }) => ({ name, axes: axes.map(labelCount) }));
  checkFigureSizes(sizes, 'link');
  const steps: [string, Record<string, number>][] = [];
  const figures = document.figures.map(({ planes: infos, axes, ...rest }, f) => {
    const planes = readPlanes(figurePlanes, infos, reader, () => cellCount(sizes[f]!));
    const numbers = decodeFigure(planes);
    steps.push([rest.name, stepsOf(planes)]);
    const whole = axes.map(({ labels, ...other }) => ({
      ...other,
      labels: typeof labels === 'number' ? range(0, labels).map((i) => `${i}`) : labels,
    }));
    return { ...rest, axes: whole, ...numbers };
  });
  const graph = document.graph && unpackGraph(document.graph, reader);
  if (graph) steps.push([GRAPH_STEPS, graph.steps]);
  reader.end();
  const read = parseDocument({ ...document, figures, ...(graph && { graph: graph.graph }) });
  if (read.kind === 'causal-trace')
    throw new Error("link: holds a causal trace as a study, got kind 'causal-trace', expected another.");
  // Pairs, since a figure's name may be one that objects have already.
  return { document: read as StudyDocument, view: view ?? {}, steps: Object.fromEntries(steps) };
}

const labelCount = ({ labels }: { readonly labels: readonly string[] | number }): number =>
  typeof labels === 'number' ? labels : labels.length;

const isCounted = (labels: readonly string[]): boolean => labels.every((label, i) => label === `${i}`);
