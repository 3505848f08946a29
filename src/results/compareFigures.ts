/** Compares two findings figure by figure: A, B and A - B on one scale, by token role if prompts differ. */
import { promptIn } from './asked';
import { cellOf, floorOf } from './cell';
import { whyDependent } from './compareIntervals';
import type { Figure, FigureAxis, ResultDocument } from './document';
import { METRIC_NAMES, type Shown } from './format';
import type { Interval, Metric } from './parts';
import { differenceInterval } from '../statistics/mover';

export type ComparedDocument = Pick<ResultDocument, 'kind' | 'spec' | 'tokens' | 'figures' | 'graph'>;

/** Numbers that are changes say so: '+12.3 points'. */
export type Compared = Figure & Pick<Shown, 'change'>;

/** A, B and A - B: signed, with equal axes. */
export type Triple = readonly [a: Compared, b: Compared, difference: Compared];

/** Never figures that are read beside others, words, or charts without a place per cell. */
const DRAWN: readonly Figure['drawn'][] = ['heatmap', 'lines', 'bars', 'table'];

/** The triples of two findings, or one sentence that says why they cannot be compared. */
export function compareDocuments(a: ComparedDocument, b: ComparedDocument): readonly Triple[] | string {
  if ((a.graph === undefined) !== (b.graph === undefined))
    return 'One of the two is a graph and the other is not, so they have no number in common.';
  const [before, after] = [a, b].map((document) => promptIn(document)?.metric as Metric | undefined);
  if (before && after && before !== after)
    return `A measures ${METRIC_NAMES[before] ?? before} and B measures ${METRIC_NAMES[after] ?? after}: ask one of them again with the other's metric.`;
  const pairs = a.figures.flatMap((figure) => {
    const other = b.figures.find(({ name }) => name === figure.name);
    return other && DRAWN.includes(figure.drawn) && !figure.texts ? [[figure, other] as const] : [];
  });
  if (pairs.length === 0) return 'The two have no figure in common: they ask different questions.';
  const triples = pairs.map(([one, other]) => tripleOf([a, one], [b, other]));
  const found = triples.filter((triple) => typeof triple !== 'string');
  return found.length > 0 ? found : (triples[0] as string);
}

type Placed = readonly [document: ComparedDocument, figure: Figure];

function tripleOf([documentA, a]: Placed, [documentB, b]: Placed): Triple | string {
  if (a.unit !== b.unit)
    return `A is in ${a.unit} and B in ${b.unit}: ask one of them again with the other's metric.`;
  if (a.axes.length !== b.axes.length || a.axes.some(({ name }, i) => name !== b.axes[i]!.name))
    return `${a.title}: A runs over ${namesOf(a)} and B over ${namesOf(b)}.`;
  const axes = a.axes.map((axis, i) => joined([documentA, axis], [documentB, b.axes[i]!]));
  for (const [i, { entries }] of axes.entries()) {
    const { name, labels } = a.axes[i]!;
    const others = b.axes[i]!.labels.length;
    if (entries.length === 0 || (name !== 'position' && entries.length < Math.max(labels.length, others)))
      return `${a.title}: A has ${labels.length} entries of the axis '${name}' and B ${others}, and they are not the same.`;
  }
  const shown = axes.map(({ axis }) => axis);
  const cells = product(axes.map(({ entries }) => entries)).map((places) =>
    ([a, b] as const).map((figure, side) =>
      effectOf(
        figure,
        places.map((place) => place[side]!),
      ),
    ),
  ) as [Effect, Effect][];
  const why = whyDependent([documentA, a], [documentB, b]);
  // One for all three, so that it is shown once.
  const caption = `${floorOf(a) ? 'Changes from the corrupted level. ' : ''}${why ?? HOW}`;
  const one = (side: 0 | 1, figure: Figure): Compared => ({
    ...plainFigure(figure, shown),
    title: `${'AB'[side]}: ${figure.title}`,
    name: `${figure.name}_${'ab'[side]}`,
    values: cells.map((pair) => pair[side].value),
    ...(figure.intervals && { intervals: cells.map((pair) => pair[side].interval), rule: figure.rule }),
    hatched: cells.map((pair) => pair[side].uncertain),
    caption,
  });
  const intervals = why === null ? cells.map(intervalOf) : null;
  const difference: Compared = {
    ...plainFigure(a, shown),
    change: true,
    title: 'A − B',
    name: `${a.name}_difference`,
    values: cells.map(([x, y]) => (x.value === null || y.value === null ? null : x.value - y.value)),
    ...(intervals && { intervals, rule: 'MOVER' }),
    hatched: cells.map((_, cell) => includesZero(intervals?.[cell] ?? null)),
    caption,
  };
  return [one(0, a), one(1, b), difference];
}

const HOW =
  'A − B has 95 % intervals from those of A and B (MOVER): the two are independent. Hatched: the interval includes 0.';

interface Effect {
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly uncertain: boolean;
}

/** Of A - B, where both have one. */
const intervalOf = ([a, b]: readonly [Effect, Effect]): Interval | null =>
  a.value === null || b.value === null || !a.interval || !b.interval
    ? null
    : differenceInterval({ value: a.value, interval: a.interval }, { value: b.value, interval: b.interval });

const includesZero = (interval: Interval | null): boolean =>
  interval !== null && interval[0] <= 0 && interval[1] >= 0 && interval[0] !== interval[1];

const namesOf = ({ axes }: Figure): string => axes.map(({ name }) => name).join(' and ');

function plainFigure({ unit, percent, drawn, levels, floor }: Figure, axes: readonly FigureAxis[]) {
  return {
    axes: [...axes],
    unit,
    ...(percent && { percent }),
    drawn,
    scale: 'signed' as const,
    ...(floorOf({ levels, floor }) && { change: true as const }),
  };
}

/** A cell's value; from the floor if the figure has one. */
function effectOf(figure: Figure, places: readonly number[]): Effect {
  const cell = places.reduce((at, place, i) => at * figure.axes[i]!.labels.length + place, 0);
  const { value, difference, interval, uncertain } = cellOf(figure, cell);
  return { value: floorOf(figure) ? difference : value, interval, uncertain };
}

/** Entries of both axes that mean the same, and an axis that names them. */
function joined(
  [a, own]: readonly [ComparedDocument, FigureAxis],
  [b, other]: readonly [ComparedDocument, FigureAxis],
) {
  const isSame =
    own.labels.length === other.labels.length && own.labels.every((label, i) => label === other.labels[i]);
  const [ours, theirs] =
    isSame || own.name !== 'position' ? [own.labels, other.labels] : [rolesOf(a, own), rolesOf(b, other)];
  const places = new Map(theirs.map((key, i) => [key, i]));
  const entries = ours.flatMap((key, i) => {
    const at = places.get(key);
    return at === undefined ? [] : [[i, at] as const];
  });
  const labels = entries.map(([i, j]) => {
    const [one, two] = [own.labels[i]!, other.labels[j]!];
    return one === two ? one : `${one} / ${two}`;
  });
  const isMarked = (at: number) => own.marked !== undefined && at >= own.marked[0] && at < own.marked[1];
  const marked = entries.flatMap(([i], at) => (isMarked(i) ? [at] : []));
  const axis: FigureAxis = {
    name: own.name,
    labels,
    ...(own.at && { at: entries.map(([i]) => own.at![i]!) }),
    ...(marked.length > 0 && { marked: [marked[0]!, marked.at(-1)! + 1] as [number, number] }),
  };
  return { axis, entries };
}

/** Each position's role: a piece of the subject, the last token, or its place before or after the subject. */
function rolesOf(document: ComparedDocument, { labels }: FigureAxis): string[] {
  const { subject, tokens } = promptIn(document) ?? { subject: undefined, tokens: document.tokens };
  return labels.map((label, t) => {
    if (t >= tokens.length) return label;
    if (t === tokens.length - 1) return 'last';
    if (!subject || t < subject.begin) return `position ${t}`;
    // A subject's last piece tells most: pieces are counted from the end.
    return t < subject.end ? `subject ${subject.end - t}` : `subject + ${t - subject.end}`;
  });
}

/** All combinations, the last list fastest. */
function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((one) => list.map((item) => [...one, item])), [[]]);
}
