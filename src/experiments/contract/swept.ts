/**
 * Experiments that change one thing at a time: a clean run, perhaps a corrupted one, and one run
 * per cell of some sweeps. Handles ids, draws, measuring, means, intervals and figures; an
 * experiment gives the cells, their edits, and the meaning of their values.
 */
import type { RunResult } from '../../forward/request/contract';
import type { Capture, Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { append } from '../../util/lists';
import { range } from '../../util/range';
import { mean } from '../../statistics/stats';
import { checkCorruption, corruptedRun, type Corruption, CORRUPTED, drawsOf } from '../common/corruption';
import type { Sampled } from '../common/largest';
import { metricRow, metricValue } from '../common/metric';
import type { Skipped } from '../common/skip';
import type { StudyCase } from '../common/spec';
import type { CaseResults, DocumentContext, Experiment } from '../experiment';
import type { Fields, SpecOf } from './fields';
import { type Levels, type MapOf, type SweptNumbers, sampledMap } from './map';
import { type Counted, type Study, study } from './study';
import { cellCount, cellsOf, idOf, type Sweep, unitOf } from './sweep';

type Base = 'clean' | 'twin' | 'corruption';

/** What the finding may use. */
export interface Shown<Extra> {
  readonly maps: readonly Sampled[];
  /** Means over the cases. */
  readonly levels: Levels;
  readonly cases: readonly Counted<SweptNumbers<Extra>>[];
}

export interface Swept<F extends Fields, Extra, Observed, Prepared>
  extends Pick<
    Study<F, SweptNumbers<Extra>, Observed, Prepared>,
    'kind' | 'about' | 'fields' | 'requires' | 'check' | 'prepare'
  > {
  /** The run beside the clean one: none, the twin's, or that of the field `corruption`. */
  readonly base: Base;
  /** Draws that are separate runs; default: those of the corruption. */
  draws?(spec: SpecOf<F>): number;
  /** Name of a draw, e.g. 'reference prompts'; default 'noise draws'. */
  readonly varies?: string;
  sweeps(spec: SpecOf<F>, model: ModelSpec, i: number, prepared: Prepared): readonly Sweep[];
  /** Runs that cells take values from, one per draw. */
  sources?(spec: SpecOf<F>, one: StudyCase, model: ModelSpec): readonly Run[];
  /** What the clean run and its twin show besides the metric, for sweeps with `value`. */
  shows?(spec: SpecOf<F>, one: StudyCase, model: ModelSpec): ShownByRuns;
  /** Captures of every run, for `reads` and `extra`. */
  captures?(one: StudyCase): readonly Capture[];
  /** Readings of a cell's run; default: the metric. */
  reads?(spec: SpecOf<F>, clean: RunResult): Readonly<Record<string, (run: RunResult) => number>>;
  /** A case's further numbers. */
  extra?(spec: SpecOf<F>, one: StudyCase, runs: CaseResults['runs'], model: ModelSpec): Extra;
  /** Progress text while this unit runs; '' is the part before the cells. */
  doing?(unit: string): string;
  /** The maps; skips those with unmeasured sweeps. */
  maps(spec: SpecOf<F>, about: About): readonly MapOf[];
  finding(spec: SpecOf<F>, shown: Shown<Extra>, context: DocumentContext): string;
  figures?(spec: SpecOf<F>, shown: Shown<Extra>, context: DocumentContext): readonly Figure[];
  notes?(spec: SpecOf<F>): readonly string[];
}

/** Of the runs before any cell; computed once, whatever they show. */
export type ShownByRuns = Readonly<
  Partial<Record<'clean' | 'corrupted', Pick<Run, 'captures' | 'gradients'>>>
>;

interface About {
  readonly model: ModelSpec;
  /** Measured sweeps. */
  readonly measured: readonly Sweep[];
  readonly levels: Levels;
}

const METRIC = 'metric';

export function swept<F extends Fields, Extra = undefined, Observed = never, Prepared = null>(
  definition: Swept<F, Extra, Observed, Prepared>,
): Experiment<SpecOf<F>, SweptNumbers<Extra> | Skipped, Observed, Prepared> {
  const { kind, base, sweeps, captures, doing } = definition;
  type Spec = SpecOf<F>;
  const corruptionOf = (spec: Spec): Corruption =>
    base === 'corruption' ? (spec as unknown as { corruption: Corruption }).corruption : { type: 'twin' };
  const ownDraws = (spec: Spec): number | null => definition.draws?.(spec) ?? null;
  const sampled = (spec: Spec): number | null => (base === 'corruption' ? drawsOf(corruptionOf(spec)) : null);
  const drawn = (spec: Spec): readonly (number | null)[] => {
    const n = ownDraws(spec);
    return n === null ? [null] : range(0, n);
  };

  return study<F, SweptNumbers<Extra>, Observed, Prepared>({
    ...definition,
    requires: definition.requires ?? { corrupted: base === 'twin' },
    check(spec, model) {
      if (base === 'corruption') checkCorruption(kind, corruptionOf(spec), spec.cases);
      definition.check?.(spec, model);
    },
    size(spec, model, i) {
      const tokens = spec.cases[i]!.tokens.length;
      const draws = ownDraws(spec) ?? sampled(spec) ?? 1;
      // Making runs reads nothing prepared.
      const own = sweeps(spec, model, i, null as never).filter(({ value }) => !value);
      const runsOf = (sweep: Sweep) => sweep.most?.(tokens) ?? cellCount(sweep, tokens);
      const cells = own.reduce((sum, sweep) => sum + runsOf(sweep), 0);
      const sources = (definition.sources?.(spec, spec.cases[i]!, model) ?? [])
        .map(({ samples: [begin, end] = [0, 1] }) => end - begin)
        .reduce((sum, n) => sum + n, 0);
      return { runs: 1 + sources + draws * (cells + (base === 'clean' ? 0 : 1)), tokens };
    },
    plan(spec, model, i, prepared) {
      const one = spec.cases[i]!;
      const about = { metric: metricRow(one), ...(captures && { captures: captures(one) }) };
      const samples = sampled(spec);
      const shown = definition.shows?.(spec, one, model) ?? {};
      const runs: Run[] = [{ id: 'clean', tokens: one.tokens, ...about, ...shown.clean }];
      if (base === 'twin')
        runs.push({ id: CORRUPTED, tokens: one.corrupted!.tokens, ...about, ...shown.corrupted });
      if (base === 'corruption') runs.push(corruptedRun(corruptionOf(spec), one, about.metric));
      append(runs, definition.sources?.(spec, one, model) ?? []);
      for (const sweep of sweeps(spec, model, i, prepared)) {
        if (sweep.value) continue;
        const unit = unitOf(sweep);
        for (const [place, cell] of cellsOf(sweep, one.tokens.length).entries()) {
          for (const draw of drawn(spec)) {
            const run = sweep.run(cell, draw ?? 0);
            if (!run) continue;
            runs.push({
              id: idOf(sweep, cell, place, draw),
              ...(samples !== null && run.base === 'clean' && { samples: [0, samples] as const }),
              ...run,
              ...about,
              ...(unit === '' ? {} : { unit }),
            });
          }
        }
      }
      return runs;
    },
    ...(doing && {
      doing: (unit: string) => {
        if (unit !== '') return doing(unit);
        return base === 'clean' ? 'clean run' : 'clean and corrupted runs';
      },
    }),
    measure(spec, model, i, { runs, finished }, prepared) {
      if (!finished.has('')) return null;
      const one = spec.cases[i]!;
      const value = (run: RunResult) => metricValue(spec.metric, run.metric!);
      const reads = definition.reads?.(spec, runs.clean!) ?? { [METRIC]: value };
      const samples = sampled(spec);
      const resultsOf = (id: string) =>
        samples === null ? [id] : range(0, samples).map((k) => `${id}.${k}`);
      const levels = base === 'corruption' ? resultsOf(CORRUPTED) : [CORRUPTED];
      const read = (sweep: Sweep) =>
        cellsOf(sweep, one.tokens.length).map((cell, place) =>
          drawn(spec).flatMap((draw) => resultsOf(idOf(sweep, cell, place, draw))),
        );
      return {
        clean: value(runs.clean!),
        corrupted: base === 'clean' ? [] : levels.map((id) => value(runs[id]!)),
        sweeps: Object.fromEntries(
          sweeps(spec, model, i, prepared)
            .filter((sweep) => sweep.value || finished.has(unitOf(sweep)))
            .map((sweep) => {
              if (sweep.value) {
                const cells = cellsOf(sweep, one.tokens.length);
                return [sweep.name, { [METRIC]: cells.map((cell) => [sweep.value!(cell, runs)]) }];
              }
              const cells = read(sweep);
              const of = (get: (run: RunResult) => number) =>
                cells.map((own) => own.map((id) => (runs[id] ? get(runs[id]) : null)));
              return [
                sweep.name,
                Object.fromEntries(Object.entries(reads).map(([name, get]) => [name, of(get)])),
              ];
            }),
        ),
        ...(definition.extra && { extra: definition.extra(spec, one, runs, model) }),
      } as SweptNumbers<Extra>;
    },
    found(spec, cases, context, prepared) {
      const { spec: model } = context;
      const sweepsOf = (i: number) => sweeps(spec, model, i, prepared);
      const levels = {
        clean: mean(cases.map(({ numbers }) => numbers.clean)),
        corrupted: base === 'clean' ? Number.NaN : mean(cases.map(({ numbers }) => mean(numbers.corrupted))),
      };
      const measured = sweepsOf(cases[0]!.i).filter(({ name }) => cases[0]!.numbers.sweeps[name]);
      const about = { spec, cases, varies: definition.varies ?? 'noise draws', decode: context.decode };
      const isMeasured = ({ name, from = [name] }: MapOf) =>
        from.every((source) => measured.some((sweep) => sweep.name === source));
      const known = definition.maps(spec, { model, measured, levels }).filter(isMeasured);
      const maps = known.map((map) => sampledMap(map, measured, about));
      if (maps.length === 0) return null;
      const shown: Shown<Extra> = { maps, levels, cases };
      return {
        finding: definition.finding(spec, shown, context),
        notes: definition.notes?.(spec) ?? [],
        figures: [
          ...maps.flatMap(({ figure }, m) => (known[m]!.isHidden ? [] : [figure])),
          ...(definition.figures?.(spec, shown, context) ?? []),
        ],
      };
    },
  });
}
