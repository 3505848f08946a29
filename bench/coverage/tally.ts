/** Counts how often an interval covered the truth, its width, and how often it excluded zero. */
import type { Interval } from '../../src/statistics/stats';

export class Tally {
  private n = 0;
  private covered = 0;
  private width = 0;
  private off = 0;
  private silent = 0;

  /** `null`: the rule gave no interval. Ends may be off by a rounding of 1e-9. */
  add(interval: Interval | null, truth: number): void {
    if (!interval) {
      this.silent++;
      return;
    }
    const [low, high] = interval;
    this.n++;
    this.width += high - low;
    if (low <= truth + 1e-9 && truth - 1e-9 <= high) this.covered++;
    if (low > 0 || high < 0) this.off++;
  }

  get coverage(): number {
    return this.covered / this.n;
  }

  get meanWidth(): number {
    return this.width / this.n;
  }

  get excludesZero(): number {
    return this.off / this.n;
  }

  /** How often the rule gave no interval. */
  get silence(): string {
    return percent(this.silent / (this.n + this.silent));
  }

  /** Coverage, mean width, share that excludes 0; '-' if there was never an interval. */
  row(): string[] {
    if (this.n === 0) return ['-', '-', '-'];
    return [percent(this.coverage), digits(this.meanWidth), percent(this.excludesZero)];
  }
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const digits = (x: number): string => `${Number(x.toPrecision(3))}`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
