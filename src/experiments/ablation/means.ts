/** Mean activations over the reference prompts, measured first. */
import type { Edit } from '../../forward/request/types';
import type { RunResult } from '../../forward/request/contract';
import { findSite, rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { GRIDS, type GridName } from '../common/grids';

/** Prompts whose activations are summed in one batch. */
export const PROMPTS_AT_ONCE = 16;

/** By site: one row (mean over prompts and positions), or one per position. */
export type Means = Readonly<Record<string, readonly number[]>>;

/** Sums of activations by site, and the number of terms in each. */
export interface Sums {
  readonly count: number;
  readonly sums: Means;
}

/** Sites that the grids write. */
export function sitesOf(model: ModelSpec, grids: readonly GridName[]): string[] {
  const layers = Array.from({ length: model.nLayers }, (_, layer) => layer);
  return [...new Set(grids.flatMap((name) => layers.map((layer) => GRIDS[name].site(model, layer))))];
}

/** Columns of one row of a site. */
export function rowWidth(model: ModelSpec, site: string): number {
  const { heads, perHead } = rowLayout(model, findSite(model, site), 1);
  return heads * perHead;
}

/** Sums over the runs, and over their positions unless `perPosition` (then all have one length). */
export function sumUp(
  model: ModelSpec,
  sites: readonly string[],
  runs: readonly RunResult[],
  perPosition: boolean,
): Sums {
  const sums: Record<string, number[]> = {};
  for (const site of sites) {
    const tensors = runs.map(({ captures }) => captures[site]!.data);
    const total = new Float64Array(perPosition ? tensors[0]!.length : rowWidth(model, site));
    for (const data of tensors) for (const [i, value] of data.entries()) total[i % total.length]! += value;
    sums[site] = [...total];
  }
  const [first] = sites;
  const positions = runs.reduce(
    (n, { captures }) => n + captures[first!]!.data.length / rowWidth(model, first!),
    0,
  );
  return { count: perPosition ? runs.length : positions, sums };
}

export function meansOf(observed: readonly Sums[]): Means {
  const count = observed.reduce((n, one) => n + one.count, 0);
  const sites = Object.keys(observed[0]?.sums ?? {});
  const mean = (site: string): number[] =>
    observed[0]!.sums[site]!.map(
      (_, i) => observed.reduce((sum, one) => sum + one.sums[site]![i]!, 0) / count,
    );
  return Object.fromEntries(sites.map((site) => [site, mean(site)]));
}

/** Where an edit writes. */
export type Place = Pick<Edit, 'site' | 'rows' | 'head' | 'columns'>;

/** A site's means for an edit at `place`: rows x heads x columns, or heads x columns of one row. */
export function meansAt(
  model: ModelSpec,
  means: readonly number[],
  { site, rows, head, columns }: Place,
): readonly number[] {
  const { heads, perHead } = rowLayout(model, findSite(model, site), 1);
  const width = heads * perHead;
  const [begin, end] = columns ?? [0, perHead];
  const chosen = head === undefined ? Array.from({ length: heads }, (_, h) => h) : [head];
  const places = means.length === width ? [0] : rows.map((row) => row * width);
  return places.flatMap((start) =>
    chosen.flatMap((h) => means.slice(start + h * perHead + begin, start + h * perHead + end)),
  );
}
