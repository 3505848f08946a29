/** A map of swept cells: each cell's value, with mean, interval and range over draws or prompts. */
import type { Figure } from '../../results/document';
import { range } from '../../util/range';
import { averaged, type Bounds, type Cells, overCases, samplesOf } from '../common/average';
import type { Sampled } from '../common/largest';
import { positionRows } from '../common/positions';
import type { StudySpec } from '../common/spec';
import type { Counted } from './study';
import { figureAxes, gathered, type Sweep } from './sweep';

/** Reference levels; `corrupted` is NaN if nothing is corrupted. */
export interface Levels {
  readonly clean: number;
  readonly corrupted: number;
}

/** One case. */
export interface SweptNumbers<Extra = unknown> {
  readonly clean: number;
  /** By draw of the corruption. */
  readonly corrupted: readonly number[];
  /** By sweep and reading, [cell][draw]; null if there was no run. */
  readonly sweeps: Readonly<
    Record<string, Readonly<Record<string, readonly (readonly (number | null)[])[]>>>
  >;
  readonly extra: Extra;
}

export interface MapOf extends Pick<Figure, 'name' | 'title' | 'unit' | 'levels' | 'drawn' | 'caption'> {
  /** Sweeps of the same cells; default: the one of the map's name. Empty: a map of the levels. */
  readonly from?: readonly string[];
  /** What is read of the runs; default: the metric. */
  readonly read?: string;
  /** A cell's value from the readings of its runs, in the order of `from`; default: the first. */
  value?(runs: readonly number[], levels: Levels): number | null | readonly (number | null)[];
  /** Names of several values per cell: an axis before the cells'. */
  readonly several?: { readonly name: string; readonly labels: readonly string[] };
  readonly bounds?: Bounds | undefined;
  readonly isDivergence?: boolean;
  readonly scale?: Figure['scale'];
  /** No figure of the document: other figures are made of it. */
  readonly isHidden?: true;
}

interface About {
  readonly spec: StudySpec;
  readonly cases: readonly Counted<SweptNumbers>[];
  readonly varies: string;
  readonly decode: (id: number) => string;
}

/** The figure and its samples. `sweeps`: of any case; they differ only in prompt length. */
export function sampledMap(map: MapOf, sweeps: readonly Sweep[], about: About): Sampled {
  const { spec, varies, decode } = about;
  const { name, title, unit, levels, drawn, caption, from = [name], several, bounds, isDivergence } = map;
  const own = from.map((source) => sweeps.find((sweep) => sweep.name === source)!);
  const axes = own[0]?.axes ?? [];
  const cases = about.cases.filter(({ numbers }) => from.every((source) => numbers.sweeps[source]));
  const rows = positionRows(spec, decode);
  const perCase = cases.map(({ i, numbers }) => {
    const T = spec.cases[i]!.tokens.length;
    return drawsOf(numbers, map, (cells) => gathered(axes, cells, T, rows.positions(i)));
  });
  const over = { ...overCases(spec, cases), ...(isDivergence && { isDivergence }) };
  const samples = samplesOf(perCase, varies, over, bounds);
  const figure: Figure = {
    name,
    title,
    axes: [...(several ? [{ ...several, labels: [...several.labels] }] : []), ...figureAxes(axes, rows)],
    unit,
    ...averaged(samples.rows, samples.over),
    ...(levels && { levels }),
    drawn,
    scale: map.scale ?? 'signed',
    ...(caption === undefined ? {} : { caption }),
  };
  return { figure, samples };
}

/** [draw][cell] of one case, by the map's rows. */
function drawsOf(
  { clean, corrupted, sweeps }: SweptNumbers,
  { from, name, read = 'metric', value = ([first]) => first!, several }: MapOf,
  inRows: (cells: Cells) => Cells,
): Cells[] {
  const sources = (from ?? [name]).map((source) => sweeps[source]![read]!);
  const n = sources[0]?.[0]?.length ?? corrupted.length;
  return range(0, n).map((draw) => {
    const levels = { clean, corrupted: corrupted[draw] ?? corrupted[0] ?? Number.NaN };
    const rows = sources.map((cells) => inRows(cells.map((own) => own[draw]!)));
    const values = range(0, rows[0]?.length ?? 1).map((cell) => {
      const runs = rows.map((row) => row[cell]!);
      return runs.includes(null as never) ? null : value(runs, levels);
    });
    if (!several) return values as Cells;
    return several.labels.flatMap((_, k) =>
      values.map((own) => (own as readonly (number | null)[] | null)?.[k] ?? null),
    );
  });
}
