/** The cost of a piece of work on the host: CPU time by part, and the calls of the device. */
import type { AnyExperiment } from '../../src/experiments/experiment';
import type { StubModel } from '../../src/engine/testing/stubModel';
import type { StubCounters } from '../../src/gpu/testing/stubDevice';
import { cpuTime } from '../../src/util/testing';
import { planned } from './planSeam';

/**
 * Milliseconds of CPU time of the whole process, including garbage collection and compilation.
 * estimate: until the work begins. plan: runs and their plan. reduce: numbers to a document.
 * record: everything else, that is commands, submits and reading results. A part's CPU time is its
 * share of wall-clock time: querying CPU time would cost more than a small part does.
 */
interface Parts {
  readonly total: number;
  readonly estimate: number;
  readonly plan: number;
  readonly record: number;
  readonly reduce: number;
}

export interface Figures {
  readonly cpu: Parts;
  readonly wallMs: number;
  /** Finished calls of the planner, estimates included. */
  readonly plans: number;
  /**
   * The device's counters since the work began; `peakBytes` and `liveBytes` exclude the weights.
   */
  readonly device: StubCounters;
  /** Reported by the work itself, e.g. runs and GFLOP. */
  readonly said: Readonly<Record<string, number>>;
}

export class Meter {
  private readonly spent = { plan: 0, reduce: 0 };
  /** The time, and the planner's share, when the estimate was ready. */
  private started: { readonly at: number; readonly plan: number } | null = null;

  /** Call when the estimate is ready and the work itself begins. */
  estimated(): void {
    this.started ??= { at: performance.now(), plan: planned.ms + this.spent.plan };
  }

  /** Wraps a pure function, adding its time to a part. */
  timed<A extends unknown[], R>(part: 'plan' | 'reduce', fn: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      const began = performance.now();
      try {
        return fn(...args);
      } finally {
        this.spent[part] += performance.now() - began;
      }
    };
  }

  /** The same experiment with its pure functions timed. */
  experiment(experiment: AnyExperiment): AnyExperiment {
    return {
      ...experiment,
      plan: this.timed('plan', experiment.plan),
      measure: this.timed('reduce', experiment.measure),
      reduce: this.timed('reduce', experiment.reduce),
    };
  }

  async measure(model: StubModel, work: () => Promise<Figures['said']>): Promise<Figures> {
    globalThis.gc?.();
    const before = planned.plans;
    model.stub.reset();
    const weights = model.stub.counters().liveBytes;
    const [plan0, cpu0, wall0] = [planned.ms, cpuTime(), performance.now()];
    const said = await work();
    const total = cpuTime() - cpu0;
    const wallMs = performance.now() - wall0;
    const begun = this.started ?? { at: wall0, plan: plan0 };
    const share = (ms: number) => (total * ms) / wallMs;
    const estimate = share(begun.at - wall0);
    const plan = share(planned.ms + this.spent.plan - begun.plan);
    const reduce = share(this.spent.reduce);
    const device = model.stub.counters();
    return {
      cpu: { total, estimate, plan, record: total - estimate - plan - reduce, reduce },
      wallMs,
      plans: planned.plans - before,
      device: {
        ...device,
        liveBytes: device.liveBytes - weights,
        peakBytes: device.peakBytes - weights,
      },
      said,
    };
  }
}
