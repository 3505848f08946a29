/**
 * More noise draws for a few numbers of a finished trace: the corrupted level, or single cells.
 * Continues the trace's stream (repeating the first draws), look by look, until an interval is
 * narrow enough or the looks end. A normal experiment: the first look is its case, the others are
 * rounds.
 */
import type { Run } from '../../forward/request/types';
import type { ResultDocument, Tightened } from '../../results/document';
import type { Metric } from '../../results/parts';
import { TRACE_KINDS } from '../../results/traceMap';
import { halfWidth, isBeforeSubject, isSame, MOST_DRAWS } from '../../results/tightened';
import { FEWEST_BOUNDED, hedgedInterval, LOOKS } from '../../statistics/hedged';
import { named, quoted } from '../../util/parse';
import { range } from '../../util/range';
import { mean, rangeOf, standardError, tCritical } from '../../statistics/stats';
import { corruptedId } from '../common/corruption';
import { metricValue } from '../common/metric';
import type { CaseResults, Experiment, Round, Stage } from '../experiment';
import { ruleOf } from './certainty';
import { traceExperiment } from './experiment';
import { parseTraceSpec } from './parse';
import { baselineRuns, restoredId, restoredRuns, type TraceCell, traceRows } from './plan';
import type { TraceSpec } from './spec';

/** Looks at which an interval is read. */
const READ = LOOKS.filter((look) => look >= FEWEST_BOUNDED);
/** Narrow enough: half the interval's width, in the metric. */
const NARROW: Record<Metric, number> = { p: 0.03, logprob: 0.1, 'logit-diff': 0.1, rank: 0 };

export type Target = Tightened['at'];

export interface TightenRequest {
  readonly document: ResultDocument;
  readonly targets: readonly Target[];
}

/** One number's values by draw: the level, or the effects. */
interface Drawn {
  readonly at: Target;
  readonly values: readonly number[];
}

export type TightenExperiment = Experiment<TraceSpec, readonly Drawn[], never, null, readonly Drawn[]>;

/** Throws one sentence if there is nothing to draw. */
export function tightenExperiment({ document, targets }: TightenRequest): TightenExperiment {
  checkTargets(document, targets);
  const { corruption } = parseTraceSpec(document.spec);
  const sampled = corruption.type === 'noise' ? corruption.samples : 0;
  const looks = READ.filter((look) => look > sampled);
  const { reduce: _, search: __, ...trace } = traceExperiment;
  return {
    ...trace,
    ...lookStage(targets, 0, looks[0]!),
    search: {
      *rounds(spec, _model, [first]) {
        let drawn = first!;
        for (const [i, from] of looks.slice(0, -1).entries()) {
          const open = drawn.filter((one) => !isNarrow(spec, looks, one)).map(({ at }) => at);
          if (open.length === 0) return drawn;
          const to = looks[i + 1]!;
          const [more] = yield roundOf(lookStage(open, from, to), { from, to, looks, drawn });
          drawn = drawn.map(({ at, values }) => ({ at, values: [...values, ...valuesOf(more, at)] }));
        }
        return drawn;
      },
      outlook: () => ({ stage: lookStage(targets, looks[0]!, looks.at(-1)!), times: 1 }),
    },
    reduce(spec, [first], _context, _prepared, found) {
      const drawn = found ?? first;
      if (!drawn) return null;
      const fresh = drawn.map((one) => tightenedOf(spec, looks, one));
      const others = (document.tightened ?? []).filter(({ at }) => !fresh.some((one) => isSame(one.at, at)));
      return { ...document, tightened: [...others, ...fresh] };
    },
  };
}

function roundOf(
  stage: Stage<TraceSpec, readonly Drawn[], null>,
  { from, to, looks, drawn }: { from: number; to: number; looks: readonly number[]; drawn: readonly Drawn[] },
): Round<TraceSpec, readonly Drawn[]> {
  return { stage, doing: `noise draws ${from + 1} to ${to}`, share: to / looks.at(-1)!, found: drawn };
}

/** Draws [from, to) of every target, as one case. */
function lookStage(
  targets: readonly Target[],
  from: number,
  to: number,
): Stage<TraceSpec, readonly Drawn[], null> {
  const which = range(from, to);
  return {
    cases: () => 1,
    doing: () => `noise draws ${from + 1} to ${to}`,
    plan(spec, model): Run[] {
      const cells = targets.flatMap((at) => (typeof at === 'string' ? [] : [cellOf(spec, at)]));
      return [...baselineRuns(spec, [from, to]), ...restoredRuns(spec, model, cells)];
    },
    measure(spec, _model, _case, { runs, finished }: CaseResults) {
      const units = new Set(targets.map((at) => (typeof at === 'string' ? 'baseline' : at.figure)));
      if (![...units].every((unit) => finished.has(unit))) return null;
      const value = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
      return targets.map((at): Drawn => {
        if (typeof at === 'string') return { at, values: which.map((draw) => value(corruptedId(draw))) };
        const { kind, row, layer } = cellOf(spec, at);
        return {
          at,
          values: which.map((draw) => value(restoredId(kind, row, layer, draw)) - value(corruptedId(draw))),
        };
      });
    },
  };
}

function cellOf(spec: TraceSpec, { figure, cell }: Exclude<Target, string>): TraceCell {
  const { tokens, groups } = traceRows(spec);
  const L = spec.window.layers.length;
  const kind = TRACE_KINDS.find((name) => name === figure)!;
  return { kind, row: [...tokens, ...groups][Math.floor(cell / L)]!, layer: cell % L };
}

function valuesOf(more: unknown, at: Target): readonly number[] {
  return (more as readonly Drawn[]).find((one) => isSame(one.at, at))?.values ?? [];
}

function tightenedOf({ metric }: TraceSpec, looks: readonly number[], { at, values }: Drawn): Tightened {
  const rule = ruleOf(metric)!;
  const read = looks.filter((look) => look <= values.length);
  const bounds = typeof at === 'string' ? ([0, 1] as const) : ([-1, 1] as const);
  // Student's t is read at every possible look, so the looks share its 5 %.
  const half = tCritical(values.length - 1, 0.05 / looks.length) * standardError(values);
  const centre = mean(values);
  return {
    at,
    draws: values.length,
    mean: centre,
    range: rangeOf(values),
    interval: rule === 'hedged' ? hedgedInterval(values, bounds) : [centre - half, centre + half],
    rule,
    looks: read,
  };
}

function isNarrow(spec: TraceSpec, looks: readonly number[], drawn: Drawn): boolean {
  return halfWidth(tightenedOf(spec, looks, drawn).interval) <= NARROW[spec.metric];
}

function checkTargets(document: ResultDocument, targets: readonly Target[]): void {
  const fail = (problem: string, got: unknown, expected: string): never => {
    throw new Error(`tighten: ${problem}, got ${got}, expected ${expected}.`);
  };
  const { kind, spec, figures } = document;
  if (kind !== 'causal-trace') fail('is for traces', `a result of kind ${named(kind)}`, 'causal-trace');
  const { corruption, metric } = parseTraceSpec(spec);
  const samples = corruption.type === 'noise' ? corruption.samples : 0;
  if (samples === 0) fail('nothing varies in this trace', 'a replaced subject', 'noise');
  if (metric === 'rank') fail('a rank has no interval', 'metric rank', 'p, logprob or logit-diff');
  if (samples >= MOST_DRAWS) fail('the trace has as many draws already', samples, `fewer than ${MOST_DRAWS}`);
  if (targets.length === 0) fail('nothing is named', 'none', "'corrupted' or a cell");
  const maps = figures.filter(({ name }) => TRACE_KINDS.some((one) => one === name));
  for (const at of targets) {
    if (at === 'corrupted') continue;
    const got = typeof at === 'string' ? quoted(at) : `${named(at.figure)}, cell ${at.cell}`;
    const isCell = (map: (typeof maps)[number]) =>
      typeof at !== 'string' && map.name === at.figure && at.cell < map.values.length;
    if (!maps.some(isCell)) {
      const cells = maps.map(({ name, values }) => `${name} below ${values.length}`).join(', ');
      fail('there is no such cell', got, `corrupted, or a cell of ${cells}`);
    }
    if (isBeforeSubject(document, at))
      fail('no noise reaches a cell before the subject', got, 'a row from the subject on');
  }
}
