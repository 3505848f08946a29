import type { EngineEvent } from './api';

type Progress = Extract<EngineEvent, { readonly type: 'progress' }>;

/** Progress over the parts of a run, and the remaining time. */
export class RunMeter {
  private started = performance.now();
  private startedAt = 0;
  private from = 0;
  private share = 1;

  constructor(
    private readonly estimate: number,
    private readonly onEvent: ((event: Progress) => void) | undefined,
  ) {}

  /** Starts a part that is this share of the whole, beginning at `from`. */
  part(from: number, share: number): void {
    this.from = from;
    this.share = share;
  }

  /** This much of the part is already done, and does not count towards the speed. */
  begin(fractionOfPart: number): void {
    this.started = performance.now();
    this.startedAt = this.from + this.share * fractionOfPart;
  }

  report(fractionOfPart: number, doing: string): void {
    const fraction = this.from + this.share * fractionOfPart;
    const done = fraction - this.startedAt;
    const seconds = (performance.now() - this.started) / 1000;
    const secondsLeft =
      done > 0.02 ? (seconds * (1 - fraction)) / done : this.estimate * (1 - this.startedAt);
    this.onEvent?.({ type: 'progress', fraction, secondsLeft, doing });
  }
}
