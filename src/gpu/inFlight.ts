/** Unfinished submits: enough to keep the GPU busy, few enough that a cancel is quick. */

const MOST = 3;

export class InFlight {
  private readonly unfinished: Promise<void>[] = [];
  private failure: { readonly error: unknown } | null = null;

  /** Counts `work` until it settles, then calls `done` unless something failed before. */
  add<T>(work: Promise<T>, done: (result: T) => void): void {
    const settled = work
      .then((result) => {
        if (!this.failure) done(result);
      })
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .then(() => {
        this.unfinished.splice(this.unfinished.indexOf(settled), 1);
      });
    this.unfinished.push(settled);
  }

  /** Resolves when there is room for another; rejects with the first error so far. */
  room(): Promise<void> {
    return this.fewerThan(MOST);
  }

  /** Resolves when all are finished; rejects with the first error. */
  all(): Promise<void> {
    return this.fewerThan(1);
  }

  /** Ignores everything still pending. */
  stop(): void {
    this.failure ??= { error: null };
  }

  private async fewerThan(count: number): Promise<void> {
    while (!this.failure && this.unfinished.length >= count) await this.unfinished[0];
    if (this.failure) throw this.failure.error;
  }
}
