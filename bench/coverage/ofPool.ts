/** The pool of real draws: levels and effects in p, log p, hatching and the named peak. */
import { hatching } from '../../src/statistics/hatching';
import { hedgedInterval } from '../../src/statistics/hedged';
import { namedPeak } from '../../src/statistics/namedPeak';
import { RandomState } from '../../src/util/random';
import { mean, tInterval } from '../../src/statistics/stats';
import { resampled, type Pool } from './pool';
import { percent, table, Tally } from './tally';

const NS = [3, 10, 30, 100];

/** Rules on p: hedged capital, and Student's t for comparison. */
export function probabilities(pool: Pool, resamples: number): string {
  const low = pool.low.map(Math.exp);
  const cells = pool.live.map((c) => pool.cells[c]!.map((x, i) => Math.exp(x) - low[i]!));
  const rules = {
    'hedged capital': hedgedInterval,
    "Student's t": (values: readonly number[]) => tInterval(values),
  };
  const rows = NS.flatMap((n) =>
    Object.entries(rules).map(([name, rule]) => {
      const random = new RandomState(n);
      const level = new Tally();
      const each = cells.map(() => new Tally());
      const truths = cells.map(mean);
      const levelTruth = mean(low);
      for (let r = 0; r < resamples; r++) {
        const at = resampled(random, pool, n);
        level.add(
          rule(
            at.map((i) => low[i]!),
            [0, 1],
          ),
          levelTruth,
        );
        for (const [c, cell] of cells.entries())
          each[c]!.add(
            rule(
              at.map((i) => cell[i]!),
              [-1, 1],
            ),
            truths[c]!,
          );
      }
      return [`${n}`, name, ...level.row().slice(0, 2), ...overCells(each)];
    }),
  );
  const head = [
    'draws',
    'rule',
    'corrupted level',
    'width',
    'cells, worst',
    'median',
    'mean width',
    'cells off 0',
  ];
  return table(head, rows);
}

/** Student's t on effects in log p. */
export function logs(pool: Pool, resamples: number): string {
  const cells = effects(pool, pool.live);
  const truths = cells.map(mean);
  const rows = NS.map((n) => {
    const random = new RandomState(100 + n);
    const each = cells.map(() => new Tally());
    for (let r = 0; r < resamples; r++) {
      const at = resampled(random, pool, n);
      for (const [c, cell] of cells.entries()) each[c]!.add(tInterval(at.map((i) => cell[i]!)), truths[c]!);
    }
    return [`${n}`, ...overCells(each)];
  });
  return table(['draws', 'worst cell', 'median cell', 'mean width (nats)', 'cells off 0'], rows);
}

/** Hatching: how often a null map has a cell, and what is found in the real map. */
export function hatched(pool: Pool, resamples: number): string {
  const all = [...pool.cells.keys()];
  const real = effects(pool, all);
  const centred = real.map((cell) => cell.map((x) => x - mean(cell)));
  const rows = [10, 30, 100].map((n) => {
    const random = new RandomState(200 + n);
    let wrong = 0;
    let found = 0;
    for (let r = 0; r < resamples; r++) {
      const at = resampled(random, pool, n);
      const pick = (cells: readonly Float64Array[]) => cells.map((cell) => at.map((i) => cell[i]!));
      if (hatching(pick(centred), r)!.includes(true)) wrong++;
      found += hatching(pick(real), r)!.filter(Boolean).length / pool.live.length;
    }
    return [`${n}`, percent(wrong / resamples), percent(found / resamples)];
  });
  return table(
    ['draws', 'a null map has a clear cell', 'of the 16 cells that restoring changes, clear'],
    rows,
  );
}

/** The named peak of rows before the answering one, chosen as in the trace. */
export function peaks(pool: Pool, resamples: number): string {
  const all = effects(pool, [...pool.cells.keys()]);
  const truths = all.map(mean);
  const answering = pool.tokens - 1;
  const competes = (cell: number) => Math.floor(cell / pool.layers) !== answering;
  const largest = truths.reduce((best, x, c) => (competes(c) && x > truths[best]! ? c : best), 0);
  const rows = NS.map((n) => {
    const random = new RandomState(300 + n);
    const tally = new Tally();
    let [right, among, share, alike] = [0, 0, 0, 0];
    for (let r = 0; r < resamples; r++) {
      const at = resampled(random, pool, n);
      const peak = namedPeak(
        all.map((cell) => at.map((i) => cell[i]!)),
        { competes, seed: r },
      )!;
      tally.add(peak.interval, truths[peak.cell]!);
      if (peak.cell === largest) right++;
      if (peak.cell === largest || peak.alike.includes(largest)) among++;
      share += peak.share / resamples;
      alike += peak.alike.length / resamples;
    }
    const named = [percent(right / resamples), percent(share), percent(among / resamples), alike.toFixed(1)];
    return [`${n}`, ...tally.row().slice(0, 2), ...named];
  });
  const head = [
    'draws',
    'coverage',
    'width (nats)',
    'names the largest',
    'share it says',
    'largest is named or alike',
    'cells alike',
  ];
  return table(head, rows);
}

const effects = ({ cells, low }: Pool, chosen: readonly number[]): Float64Array[] =>
  chosen.map((c) => cells[c]!.map((x, i) => x - low[i]!));

function overCells(each: readonly Tally[]): string[] {
  const coverage = each.map((one) => one.coverage).sort((a, b) => a - b);
  const widths = each.map((one) => one.meanWidth);
  const off = mean(each.map((one) => one.excludesZero));
  return [
    percent(coverage[0]!),
    percent(coverage[Math.floor(coverage.length / 2)]!),
    `${Number(mean(widths).toPrecision(3))}`,
    percent(off),
  ];
}
