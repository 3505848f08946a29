/**
 * A finding in a shorter link: one map, fewer digits, no cell ranges, intervals or hatching. A trace
 * has a map per kind; a finding about a net has maps over pictures.
 */
import type { Figure, FigureAxis, ResultDocument } from '../results/document';
import { floorOf } from '../results/cell';
import { withWords } from '../results/finding';
import { isOfNet } from '../results/ofNet';
import { maxOf } from '../util/lists';
import { range } from '../util/range';
import type { Metric } from '../results/parts';
import { CUT_BY_CHATS, kindsOf } from './kinds';
import { writeLink } from './link';
import type { LinkView } from './view';

/** Decimals: tenths of a percentage point, hundredths of a nat or logit, tenths of a rank. */
const DIGITS: Record<Metric, number> = { p: 3, logprob: 2, 'logit-diff': 2, rank: 1 };
const LEFT_OUT = 'A smaller link: no ranges, intervals, hatching.';
const MOST_NEXT_TOKENS = 5;
/** Leaves room for the page's address. */
const FITTING = CUT_BY_CHATS - 100;

/** The link of one kind, by default the first; one digit fewer if that fits the chat limit. */
export function smallerLink(document: ResultDocument, kind?: string, view: LinkView = {}): string {
  if (isOfNet(document)) return smallerOfNet(document, kind, view);
  const digits = DIGITS[document.spec.metric as Metric];
  const [link, shorter] = [digits, digits - 1].map((count) =>
    writeLink(smaller(document, count, kind), view, Number(`1e-${count}`)),
  ) as [string, string];
  return link.length > FITTING && shorter.length <= FITTING ? shorter : link;
}

/** Shades that a map's cells keep. */
const SHADES = 50;

/** Cells along an edge of a map in a small link. */
const MOST_EDGE = 16;

/** The first map of a figure in large cells: means of blocks, without what is known of each cell. */
function coarseMap({ axes, values, ...figure }: Figure): Figure {
  const [rows, columns] = axes.slice(-2) as [FigureAxis, FigureAxis];
  const block = Math.ceil(Math.max(rows.labels.length, columns.labels.length) / MOST_EDGE);
  const axisOf = ({ name, labels }: FigureAxis): FigureAxis => ({
    name,
    labels: labels.filter((_, i) => i % block === 0),
  });
  const small = [axisOf(rows), axisOf(columns)] as const;
  const width = columns.labels.length;
  const blocks = small[0].labels.flatMap((_, r) =>
    small[1].labels.map((_, c) => {
      const own = range(r * block, Math.min(rows.labels.length, (r + 1) * block)).flatMap((y) =>
        values.slice(y * width + c * block, y * width + Math.min(width, (c + 1) * block)),
      );
      return own.reduce<number>((sum, value) => sum + (value ?? 0), 0) / own.length;
    }),
  );
  const { intervals: _, ranges: __, draws: ___, rule: ____, hatched: _____, texts: ______, ...rest } = figure;
  return { ...rest, axes: [...small], values: blocks };
}

/** Hex digits of a picture's hash that tell it from others. */
const HASH = 12;

function withShortHashes(spec: ResultDocument['spec']): ResultDocument['spec'] {
  if (!Array.isArray(spec.images)) return spec;
  const images = spec.images.map((image: { readonly sha256?: unknown }) => ({
    ...image,
    sha256: String(image.sha256).slice(0, HASH),
  }));
  return { ...spec, images };
}

/** One map over its picture; without the picture if that is too long, with its name and hash. */
function smallerOfNet(document: ResultDocument, kind: string | undefined, view: LinkView): string {
  const kept = document.figures.find(({ name }) => name === (kind ?? kindsOf(document)[0]));
  if (!kept) return writeLink(document, view);
  const coarse = coarseMap(kept);
  const step = maxOf(coarse.values.map((value) => Math.abs(value ?? 0))) / SHADES || 1;
  const figure = { ...coarse, values: coarse.values.map((value) => step * Math.round((value ?? 0) / step)) };
  const picture = document.pictures?.[figure.over ?? 0];
  const linkWith = (pictures: ResultDocument['pictures'], note: string) =>
    writeLink(
      {
        ...document,
        spec: withShortHashes(document.spec),
        graph: undefined,
        figures: [{ ...figure, over: 0 }],
        pictures,
        notes: [note],
      },
      view,
      step,
    );
  const whole = linkWith(picture && [picture], LEFT_OUT);
  if (whole.length <= FITTING || !picture) return whole;
  const { png: _png, thumb: _thumb, ...named } = picture;
  return linkWith([named], `${LEFT_OUT} Without its picture, ${named.name}.`);
}

/** Rounds numbers to `digits` decimals. */
function smaller(document: ResultDocument, digits: number, kind?: string): ResultDocument {
  const kinds = kindsOf(document);
  const name = kind !== undefined && kinds.includes(kind) ? kind : kinds[0];
  const kept = document.figures.find((figure) => figure.name === name);
  if (!kept) return document;
  const tightened = document.tightened?.filter(({ at }) => typeof at === 'string' || at.figure === kept.name);
  const small: ResultDocument = {
    ...document,
    ...(tightened && { tightened }),
    figures: [
      coarse(kept, digits),
      ...document.figures.filter(({ drawn }) => drawn === 'beside').flatMap(first),
    ],
  };
  return withWords({ ...small, notes: [LEFT_OUT] });
}

/** The first rows of a token table. */
function first(figure: Figure): Figure[] {
  const [tokens, runs] = figure.axes;
  if (!tokens?.ids || !runs) return [];
  const n = MOST_NEXT_TOKENS;
  const axis = { ...tokens, labels: tokens.labels.slice(0, n), ids: tokens.ids.slice(0, n) };
  return [{ ...figure, axes: [axis, runs], values: figure.values.slice(0, n * runs.labels.length) }];
}

function coarse(figure: Figure, digits: number): Figure {
  const {
    intervals: _,
    ranges: __,
    draws: ___,
    rule: ____,
    hatched,
    hatching,
    peak,
    levels,
    ...rest
  } = figure;
  const start = floorOf(figure)?.value ?? 0;
  const isPeakHatched = peak !== undefined && hatched?.[peak.cell] === true;
  const [low, high] = peak?.overNoise?.interval ?? [0, 0];
  const isShown = low > 0 || high < 0;
  return {
    ...rest,
    values: figure.values.map((value) =>
      value === null ? null : start + Number((value - start).toFixed(digits)),
    ),
    levels: levels?.map(({ name, value }) => ({ name, value })),
    // The sentence depends on whether its cell is hatched.
    ...(isPeakHatched ? { hatched, hatching } : { hatching: 'Nothing is hatched.' }),
    // If the test is passed, the sentence omits its numbers.
    ...(peak && { peak: { ...peak, overNoise: isShown ? null : peak.overNoise } }),
  };
}
