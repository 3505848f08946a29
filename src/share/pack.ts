/**
 * Document + view <-> bytes, before compression. Layout, little-endian: length of the JSON
 * (uint32), the JSON (the document with tables of planes in place of figures' numbers), each
 * figure's planes and marks in order, then a graph's bits and planes. Ranges replace draws.
 * Derivable parts are omitted: token ids, position labels, a trace's words.
 */
import { z } from 'zod';
import { promptIn, promptOf } from '../results/asked';
import { figure, type Peak, type ResultDocument } from '../results/document';
import { traceWords, withWords } from '../results/finding';
import { isShownAlike, shownAs } from '../results/format';
import { parseDocument } from '../results/parse';
import { tokenRef } from '../results/parts';
import { cellCount, checkFigureSizes } from '../results/size';
import { tokenLabels } from '../results/tokens';
import { LINK_JSON, MOST } from '../util/bounds';
import { parseJson, parseWith } from '../util/parse';
import { range } from '../util/range';
import { ByteReader, ByteWriter } from './bytes';
import { decodeFigure, encodeFigure, figurePlanes } from './figureCode';
import { graphOutline, packGraph, unpackGraph } from './graphCode';
import { readMarks, writeMarks } from './marks';
import { planeInfo, readPlanes, stepsOf, writePlanes } from './planes';
import { sameJson } from './sameJson';

/** Step of each plane's codes by figure: numbers are off by at most 1.5 steps. */
export type Steps = Partial<Record<string, Partial<Record<string, number>>>>;

const axis = figure.shape.axes.element;

const mark = z.literal(true).optional();

/** Enough to rebuild the document; `parseDocument` checks the whole. */
const body = z
  .object({
    document: z.looseObject({
      tokens: z.array(z.union([tokenRef, z.string()])).max(MOST.tokens),
      spec: z.record(z.string(), z.unknown()),
      /** The words are `traceWords`, followed by `notes`. */
      worded: mark,
      notes: z.array(z.string()),
      figures: z.array(
        z.looseObject({
          ...figure.pick({ name: true, unit: true, percent: true, levels: true, floor: true }).shape,
          axes: z.array(
            axis.extend({
              /** A number n stands for the labels '0', '1', ... */
              labels: z.union([z.array(z.string()).max(MOST.cells), z.number().int().min(1).max(MOST.cells)]),
              /** Token labels come first. */
              tokens: mark,
            }),
          ),
          planes: z.partialRecord(z.enum(figurePlanes), planeInfo),
          marks: z.object({ ranges: mark, hatched: mark, alike: mark }).strict().optional(),
          peak: z.looseObject({ overNoise: z.looseObject({}).nullable() }).optional(),
        }),
      ),
      graph: graphOutline.optional(),
    }),
    view: z.unknown().optional(),
  })
  .strict();

/** The graph's key among the figures' steps; no figure has this name. */
export const GRAPH_STEPS = 'graph edges';

/** Unpacked bytes; `view` is unchecked. */
export interface Unpacked {
  readonly document: ResultDocument;
  readonly view: unknown;
  readonly steps: Steps;
}

/** `step`: the first figure's numbers are multiples of it, if rounded. */
export function pack(document: ResultDocument, view: object, step?: number): Uint8Array {
  const numbers = new ByteWriter();
  const ids = promptIn(document)?.tokens ?? [];
  const hasIds = sameJson(
    ids,
    document.tokens.map(({ id }) => id),
  );
  const positions = hasIds && ids.length > 0 ? tokenLabels(document).map(({ label }) => label) : [];
  const coded = document.figures.map((one, f) => ({
    one,
    planes: encodeFigure(one, { rounded: f === 0 ? step : undefined }),
  }));
  const figures = coded.map(({ one, planes }) => {
    const { values, intervals, ranges, draws, hatched, axes, levels, peak, ...rest } = one;
    const written = writePlanes(figurePlanes, planes, numbers);
    const marks = writeMarks(one, numbers);
    return {
      ...rest,
      axes: axes.map(({ labels, ...other }) => ({ ...other, ...shortLabels(labels, positions) })),
      levels: levels?.map(({ draws: _, ...level }) => level),
      peak: peak && shortPeak(peak),
      planes: written,
      ...(Object.keys(marks).length > 0 && { marks }),
    };
  });
  const graph = document.graph && packGraph(document.graph, numbers);
  const shown = {
    ...document,
    figures: coded.map(({ one, planes }) => ({ ...one, ...decodeFigure(planes, one) })),
  };
  const { title, warning, finding, notes, ...unworded } = document;
  const words = document.kind === 'causal-trace' ? traceWords(shown) : null;
  const more = words && notes.slice(words.notes.length);
  const isImplied =
    words && sameJson({ title, warning, finding, notes }, { ...words, notes: [...words.notes, ...more!] });
  const tokens = hasIds ? document.tokens.map(({ token }) => token) : document.tokens;
  const { pictures } = document;
  const short = {
    ...(isImplied ? { ...unworded, worded: true, notes: more } : document),
    // Small ones only.
    ...(pictures && { pictures: pictures.map(({ png: _, ...picture }) => picture) }),
  };
  const isPlain = Object.keys(view).length === 0;
  const json = new TextEncoder().encode(
    JSON.stringify({ document: { ...short, tokens, figures, graph }, ...(!isPlain && { view }) }),
  );
  const all = new ByteWriter();
  all.uint32([json.length]);
  all.raw(json);
  all.raw(numbers.done());
  return all.done();
}

function shortLabels(labels: readonly string[], positions: readonly string[]): object {
  if (labels.every((label, i) => label === `${i}`)) return { labels: labels.length };
  const isText = positions.length > 0 && sameJson(labels.slice(0, positions.length), positions);
  return isText ? { tokens: true, labels: labels.slice(positions.length) } : { labels };
}

/** Stores `alike` as bits; cuts the test's numbers to six digits if they display the same. */
function shortPeak({ overNoise, ...peak }: Peak): object {
  if (!overNoise) return { ...peak, overNoise };
  const { alike: _, effect, interval, ...rest } = overNoise;
  const shown = shownAs(rest.by);
  const short = (value: number) => {
    const cut = Number(value.toPrecision(6));
    return isShownAlike(shown, cut, value) ? cut : value;
  };
  return { ...peak, overNoise: { ...rest, effect: short(effect), interval: interval.map(short) } };
}

/**
 * The inverse of `pack`; `isOld`: links of versions 2 and 3. Throws one sentence if the bytes are
 * invalid.
 */
export function unpack(bytes: Uint8Array, isOld = false): Unpacked {
  const reader = new ByteReader(bytes, isOld);
  const text = new TextDecoder().decode(reader.raw(reader.uint32()));
  const { document, view } = parseWith(body, parseJson(text, 'link: content', LINK_JSON), 'link: content');
  const { worded, ...rest } = document;
  const ids = rest.tokens.some((token) => typeof token === 'string') ? promptOf(document).tokens : [];
  const tokens = rest.tokens.map((token, i) => (typeof token === 'string' ? { id: ids[i]!, token } : token));
  const positions = rest.figures.some(({ axes }) => axes.some((one) => one.tokens))
    ? tokenLabels({ spec: document.spec, tokens }).map(({ label }) => label)
    : [];
  const outlines = rest.figures.map(({ axes, ...outline }) => ({
    ...outline,
    axes: axes.map(({ labels, tokens: isText, ...other }) => ({
      ...other,
      count: (isText ? positions.length : 0) + (typeof labels === 'number' ? labels : labels.length),
      labels: () => [
        ...(isText ? positions : []),
        ...(typeof labels === 'number' ? range(0, labels).map((i) => `${i}`) : labels),
      ],
    })),
  }));
  const sizes = outlines.map(({ name, axes }) => ({ name, axes: axes.map(({ count }) => count) }));
  checkFigureSizes(sizes, 'link');
  const steps: [string, Record<string, number>][] = [];
  const figures = outlines.map(({ planes: infos, marks: flags = {}, axes, peak, ...outline }, f) => {
    const planes = readPlanes(figurePlanes, infos, reader, () => cellCount(sizes[f]!));
    const { ranges, hatched, alike } = readMarks(flags, reader, cellCount(sizes[f]!));
    steps.push([outline.name, stepsOf(planes)]);
    return {
      ...outline,
      axes: axes.map(({ count: _, labels, ...other }) => ({ ...other, labels: labels() })),
      ...decodeFigure(planes, outline),
      ...(ranges && { ranges }),
      ...(hatched && { hatched }),
      ...(peak && { peak: { ...peak, overNoise: peak.overNoise && { ...peak.overNoise, alike } } }),
    };
  });
  const graph = document.graph && unpackGraph(document.graph, reader);
  if (graph) steps.push([GRAPH_STEPS, graph.steps]);
  reader.end();
  const json = { finding: '', ...rest, tokens, figures, ...(graph && { graph: graph.graph }) };
  const read = parseDocument(json);
  return {
    document: worded && read.kind === 'causal-trace' ? withWords(read) : read,
    view: view ?? {},
    // Pairs, since a figure's name may collide with object properties.
    steps: Object.fromEntries(steps),
  };
}
