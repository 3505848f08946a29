/**
 * One kind's maps <-> planes of 16-bit codes. A plane holds the T x L cells row by row, then each group's L
 * values. `restored` is written only where it is not corrupted + effect, `below` only where there are intervals, `above` only
 * where one is not symmetric about its effect, `p` only where the document has it.
 */
import type { GroupResult, Interval, KindResult, Metric } from '../results/document';
import { cellValue, percent } from '../results/format';
import type { Marks } from './marks';
import { APART, dequantise, type Plane, quantise } from './quantise';

export const planeNames = ['effect', 'below', 'above', 'restored', 'p'] as const;
export type PlaneName = (typeof planeNames)[number];
export type Planes = Partial<Record<PlaneName, Plane>>;

/** A kind without its maps. */
export interface KindOutline {
  readonly groups: readonly Pick<GroupResult, 'name' | 'rows'>[];
  /** As `parseDocument` will check it, without `alike`. */
  readonly peak: unknown;
}

interface Level {
  readonly metric: Metric;
  /** The metric in the corrupted runs. */
  readonly corrupted: number;
  /** What the effects are multiples of, if they were rounded. */
  readonly step?: number | undefined;
}

/** The map's peak, which the finding is about, is kept exactly. */
export function encodeKind(result: KindResult, level: Level): Planes {
  const { peak } = result;
  const exact = new Set(peak ? [peak.row * result.effect[0]!.length + peak.layer] : []);
  const first = encodeMaps(result, level, exact);
  // Where no half-width shows both ends of an interval, because its centre has moved, the centre is kept exactly.
  for (const half of [first.below, first.above]) {
    half?.codes.forEach((code, i) => {
      if (code === APART) exact.add(i);
    });
  }
  return encodeMaps(result, level, exact);
}

/** `exact`: indices of cells that are kept apart. */
function encodeMaps(
  result: KindResult,
  { metric, corrupted, step }: Level,
  exact: ReadonlySet<number>,
): Planes {
  const effects = [...result.effect.flat(), ...result.groups.flatMap((group) => group.effect)];
  const restored = [...result.restored.flat(), ...result.groups.flatMap((group) => group.restored)];
  const intervals = [
    ...(result.interval?.flat() ?? []),
    ...result.groups.flatMap((group) => group.interval ?? []),
  ];
  const shows = (x: number, as: number) => cellValue(metric, x) === cellValue(metric, as);
  const close = (x: number, y: number) =>
    Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y), Math.abs(corrupted));

  const isSum = restored.every((value, i) => close(value, corrupted + effects[i]!));
  const showsEffect = (i: number, x: number): boolean =>
    !exact.has(i) && shows(x, effects[i]!) && (!isSum || shows(corrupted + x, restored[i]!));
  const effect = quantise(effects, showsEffect, step);

  const centres = numbers(effect);
  const below = intervals.map(([low], i) => effects[i]! - low);
  const above = intervals.map(([, high], i) => high - effects[i]!);
  const isSymmetric = below.every((half, i) => close(half, above[i]!));
  const p = result.p?.flat();
  return {
    effect,
    ...(intervals.length > 0 && {
      below: quantise(below, (i, half) => {
        const [low, high] = intervals[i]!;
        return (
          !exact.has(i) && shows(centres[i]! - half, low) && (!isSymmetric || shows(centres[i]! + half, high))
        );
      }),
    }),
    ...(!isSymmetric && {
      above: quantise(above, (i, half) => !exact.has(i) && shows(centres[i]! + half, intervals[i]![1])),
    }),
    ...(!isSum && { restored: quantise(restored, (i, x) => !exact.has(i) && shows(x, restored[i]!)) }),
    ...(p && { p: quantise(p, (i, x) => percent(x) === percent(p[i]!)) }),
  };
}

/**
 * The inverse of `encodeKind`, for a map of T x L cells, as JSON that `parseDocument` checks. Throws if a plane that must be
 * there is missing.
 */
export function decodeKind(
  planes: Planes,
  { groups, peak }: KindOutline,
  level: Level,
  [T, L]: readonly [number, number],
  marks: Marks,
): object {
  if (!planes.effect) throw new Error('link: a map is missing, got no effect, expected one per kind.');
  const effects = numbers(planes.effect);
  const below = planes.below && dequantise(planes.below);
  const above = planes.above ? dequantise(planes.above) : below;
  const restored = planes.restored
    ? numbers(planes.restored)
    : effects.map((effect) => level.corrupted + effect);
  const interval =
    below &&
    effects.map((effect, i): Interval | null => {
      const [down, up] = [below[i], above![i]];
      return typeof down === 'number' && typeof up === 'number' ? [effect - down, effect + up] : null;
    });
  const { range, hatched } = marks;
  const maps = Object.entries({ restored, effect: effects, range, interval, hatched }).flatMap(
    ([name, values]): [string, readonly unknown[]][] => (values ? [[name, values]] : []),
  );
  const grid = (values: readonly unknown[]) =>
    Array.from({ length: T }, (_, t) => values.slice(t * L, (t + 1) * L));
  return {
    ...Object.fromEntries(maps.map(([name, values]) => [name, grid(values)])),
    ...(planes.p && { p: grid(numbers(planes.p)) }),
    groups: groups.map(({ name, rows }, g) => ({
      name,
      rows: [...rows],
      ...Object.fromEntries(maps.map(([map, values]) => [map, values.slice((T + g) * L, (T + g + 1) * L)])),
    })),
    peak,
  };
}

/** Codes a plane of `name` must have. */
export function planeSize(name: PlaneName, T: number, L: number, groups: number): number {
  return (name === 'p' ? T : T + groups) * L;
}

function numbers(plane: Plane): number[] {
  return dequantise(plane).map((value) => {
    if (value === null)
      throw new Error('link: a number is missing in a map, got none, expected one per cell.');
    return value;
  });
}
