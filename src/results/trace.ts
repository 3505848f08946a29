/**
 * Builds the document of a causal trace, new or migrated: a figure per kind of restored state, next
 * tokens, and words.
 */
import { FEWEST_DRAWS } from '../statistics/hatching';
import { type Asked, askedOf } from './asked';
import type { Figure, FigureAxis, Level, ResultDocument } from './document';
import { DOCUMENT_VERSION } from './document';
import { shownAs } from './format';
import type { Interval, Metric } from './parts';
import { measured, plainOf, testedName } from './phrases';
import { tokenLabels } from './tokens';
import { TRACE_KINDS, type TraceKind } from './traceMap';

/** The map of one kind, row-major: tokens x layers, then groups x layers. */
export interface KindNumbers extends Pick<Figure, 'intervals' | 'ranges' | 'draws' | 'hatched' | 'peak'> {
  /** Restored values. */
  readonly values: number[];
  /** Mean p(answer), under another metric. */
  readonly p?: (number | null)[] | undefined;
}

interface CorruptedLevel {
  readonly metric: number;
  readonly p: number;
  readonly range?: Interval | undefined;
  readonly draws?: number[] | undefined;
  readonly interval?: Interval | undefined;
}

export interface NextToken {
  readonly id: number;
  readonly token: string;
  readonly clean: { readonly p: number; readonly logit: number };
  /** Means over the corrupted draws. */
  readonly corrupted: { readonly p: number; readonly logit: number };
}

/** Rules of the intervals (TERMINOLOGY, "Draws and intervals"). */
export interface Intervals {
  readonly varies: 'noise' | 'nothing';
  readonly draws: number;
  /** For levels and cells: hedged capital for p, else Student's t (paired for cells). */
  readonly rule: 'hedged' | 't' | 'none';
  /** Looks of a hedged interval. */
  readonly looks?: number[] | undefined;
  /** What hatching tests. */
  readonly hatching: 'logprob' | 'logit-diff' | 'none';
  /** Omissions, in plain sentences. */
  readonly notes?: string[] | undefined;
}

export interface TraceNumbers
  extends Pick<
    ResultDocument,
    'spec' | 'model' | 'tokens' | 'distractor' | 'tightened' | 'counters' | 'environment'
  > {
  readonly answer: { readonly id: number; readonly token: string };
  readonly predicted: NonNullable<ResultDocument['predicted']>;
  readonly known: boolean;
  readonly clean: { readonly metric: number; readonly p: number };
  readonly corrupted: CorruptedLevel;
  readonly intervals: Intervals;
  readonly nextTokens: readonly NextToken[];
  readonly kinds: Readonly<Partial<Record<TraceKind, KindNumbers>>>;
  readonly groups: readonly { readonly name: string; readonly rows: number[] }[];
}

/** Its notes are omissions; `withWords` puts the finding first. */
export function traceDocument(numbers: TraceNumbers): ResultDocument {
  const { clean, corrupted: _, intervals, nextTokens, kinds, groups: __, answer, ...rest } = numbers;
  const asked = askedOf(numbers);
  const figures = TRACE_KINDS.flatMap((kind) => {
    const map = kinds[kind];
    return map ? figuresOf(kind, map, numbers, asked) : [];
  });
  return {
    format: 'loci',
    version: DOCUMENT_VERSION,
    kind: 'causal-trace',
    ...rest,
    answer: { ...answer, p: clean.p },
    finding: '',
    notes: intervals.notes ?? [],
    figures: [...figures, ...nextTokenFigures(nextTokens)],
    cases: { asked: 1, measured: 1, skipped: [] },
  };
}

const TITLES = { hidden: 'hidden state', mlp: 'MLP', attn: 'attention' };
/** ROME's hue per kind of restored state. */
const HUES = { hidden: 'purple', mlp: 'green', attn: 'red' } as const;

/** The figure of a kind's p(answer), under another metric. */
export const pName = (kind: TraceKind): string => `${kind}_p`;

function figuresOf(
  kind: TraceKind,
  { p, ...map }: KindNumbers,
  { clean, corrupted, intervals, ...numbers }: TraceNumbers,
  asked: Asked,
): Figure[] {
  const metric = asked.metric as Metric;
  const { metric: value, p: corruptedP, ...spread } = corrupted;
  const isNoise = intervals.varies === 'noise';
  const common = {
    title: TITLES[kind],
    axes: axesOf(kind, numbers, asked),
    ...(isNoise && { varies: { what: 'noise draws', n: intervals.draws } }),
    scale: metric === 'rank' ? ('negative' as const) : ('positive' as const),
    floor: 'corrupted',
    hue: HUES[kind],
  };
  const of = { answer: numbers.answer, distractor: numbers.distractor, asked };
  const figure: Figure = {
    name: kind,
    ...common,
    ...shownAs(metric),
    measures: plainOf(measured(of)).replace(/^the /, ''),
    hatching: hatchingText(intervals),
    ...(intervals.rule !== 'none' && { rule: ruleText(intervals) }),
    levels: levels({ name: 'corrupted', value, ...spread }, clean.metric),
    caption: captionOf(asked),
    drawn: 'heatmap',
    ...map,
  };
  if (!p) return [figure];
  const beside: Figure = {
    name: pName(kind),
    ...common,
    ...shownAs('p'),
    measures: plainOf(measured({ ...of, asked: { ...asked, metric: 'p' } })),
    levels: levels({ name: 'corrupted', value: corruptedP }, clean.p),
    drawn: 'beside',
    scale: 'positive',
    values: p,
  };
  return [figure, beside];
}

const levels = (corrupted: Level, clean: number): Level[] => [corrupted, { name: 'clean', value: clean }];

function axesOf(
  kind: TraceKind,
  { groups, ...document }: Pick<TraceNumbers, 'spec' | 'tokens' | 'groups'>,
  { subject, window }: Asked,
): FigureAxis[] {
  const layers = window.layers.map((_, layer) => `${layer}`);
  return [
    {
      name: 'position',
      labels: [
        ...tokenLabels(document).map(({ label }) => label),
        ...groups.map(({ name }) => (name === 'all' ? 'all tokens' : `whole ${name}`)),
      ],
      ...(groups.length > 0 && { groups: groups.map(({ rows }) => rows) }),
      marked: [subject.begin, subject.end],
    },
    { name: 'layer', labels: layers, ...(kind !== 'hidden' && { covers: window.layers }) },
  ];
}

/** For all kinds together, shown once below them. */
function captionOf({ window }: Asked): string {
  const several = window.size === 1 ? 'one block' : `${window.size} blocks around it`;
  const rule = window.rule === 'rome' ? ", ROME's window" : '';
  return (
    'Each cell: the corrupted run with that state set to its clean value. Hidden states after a block (hook_resid_post); ' +
    `outputs of MLPs and attention (hook_mlp_out, hook_attn_out) in ${several}${rule}.`
  );
}

/** Which cells are hatched, or why none is. */
function hatchingText({ hatching, draws, varies, notes }: Intervals): string {
  if (hatching !== 'none')
    return (
      `Hatched: no effect on ${testedName(hatching)} is shown there. Showing one takes a paired t test of ${draws} draws ` +
      'that holds for all cells of a map at once, and nearly all draws on one side.'
    );
  if (varies === 'nothing') return 'Nothing is hatched: the subject was replaced once, so nothing varies.';
  if (draws >= FEWEST_DRAWS && notes) return 'Nothing is hatched.';
  return `Nothing is hatched: ${draws === 1 ? 'one draw says' : `${draws} draws say`} nothing about all cells at once; ten do.`;
}

function ruleText({ rule, looks = [] }: Intervals): string {
  return rule === 't' ? 'paired Student t' : `hedged capital, read at ${looks.join(', ')} draws`;
}

/** The model's next tokens, clean and corrupted: probabilities and logits. */
function nextTokenFigures(rows: readonly NextToken[]): Figure[] {
  if (rows.length === 0) return [];
  const axes = [
    { name: 'token', labels: rows.map(({ token }) => token), ids: rows.map(({ id }) => id) },
    { name: 'run', labels: ['clean', 'corrupted'] },
  ];
  const table = (name: string, title: string, shown: Metric, of: 'p' | 'logit'): Figure => ({
    name,
    title,
    axes,
    ...shownAs(shown),
    values: rows.flatMap(({ clean, corrupted }) => [clean[of], corrupted[of]]),
    drawn: 'beside',
    scale: 'signed',
  });
  return [
    table(NEXT_TOKENS, 'next tokens', 'p', 'p'),
    table(NEXT_LOGITS, 'their logits', 'logit-diff', 'logit'),
  ];
}

export const NEXT_TOKENS = 'next_tokens';
export const NEXT_LOGITS = 'next_logits';
