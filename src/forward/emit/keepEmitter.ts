/** Tensors that outlive the step that made them: kept for later sweeps, or for this sweep's own cuts. */
import type { ModelSpec } from '../../model/spec';
import { type EmitOptions, StepBuilder } from './builder';
import type { Sweep } from '../plan/sweeps';

/** A site's tensor: row r begins at element r*stride + col. */
export interface Slot {
  readonly tensor: string;
  readonly stride: number;
  readonly col: number;
  readonly width: number;
}

/** Where a kept tensor is, and which row a (run, position) has in it. */
export interface Cached {
  readonly slot: Slot;
  readonly rowOf: (run: string, position: number) => number;
  /** Whether that row was kept. */
  readonly holds: (run: string, position: number) => boolean;
}

export type CacheLookup = (sweep: number, key: string) => Cached;

export class KeepEmitter extends StepBuilder {
  protected readonly kept = new Map<string, Cached>();

  constructor(
    spec: ModelSpec,
    sweep: Sweep,
    options: EmitOptions,
    protected readonly earlier: CacheLookup,
    protected readonly sweepOf: ReadonlyMap<string, number>,
  ) {
    super(spec, sweep, options);
  }

  /** Tensors that later sweeps may read, by cache key. */
  get cached(): ReadonlyMap<string, Cached> {
    return new Map([...this.kept].filter(([key]) => this.sweep.cached.has(key)));
  }

  protected isKept(key: string): boolean {
    return this.sweep.cached.has(key) || this.sweep.recalled.has(key);
  }

  /** A tensor of this sweep that was kept. */
  protected own(key: string): Cached {
    const found = this.kept.get(key);
    if (!found)
      throw new Error(`internal: sweep ${this.sweep.index} reads its own ${key}, which was not kept.`);
    return found;
  }

  /** Copies a whole tensor aside if somebody reads it later. */
  protected keep(key: string, slot: Slot): void {
    if (!this.isKept(key)) return;
    const isForLater = this.sweep.cached.has(key);
    const tensor = isForLater ? `cache.${this.sweep.index}.${key}` : `own.${key}`;
    const count = this.rows.count;
    this.declare(tensor, isForLater ? 'cache' : 'scratch', count * slot.stride);
    this.copyWhole(`keep ${key}`, slot.tensor, tensor, slot.stride);
    const rows = this.rows;
    const ids = new Map(this.sweep.sequences.map(({ run }, i) => [run.id, i]));
    // Rows that enter later have numbers from `count` on.
    const find = (run: string, position: number): number => {
      const row = rows.at(ids.get(run)!, position);
      return row < count ? row : -1;
    };
    this.kept.set(key, {
      slot: { ...slot, tensor },
      holds: (run, position) => find(run, position) >= 0,
      rowOf: (run, position) => {
        const row = find(run, position);
        if (row < 0)
          throw new Error(`internal: ${key} of run '${run}' at position ${position} was not kept.`);
        return row;
      },
    });
  }
}
