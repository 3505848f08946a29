/** Decoding that survives a device loss: recomputes the sequences on a new one and continues. */
import type { Decoding, DecodingOptions } from '../forward/request/decoding';
import type { GpuModel } from '../forward/gpu/run';
import { append } from '../util/lists';

/** Runs `work` on the current device, and again on the next one if that is lost. */
export type OnDevice = <T>(work: (model: GpuModel) => Promise<T>) => Promise<T>;

export class RecoveringDecoding implements Decoding {
  private current: { readonly model: GpuModel; readonly decoding: Decoding } | null = null;
  /** Tokens after the prompts, and how many of them the current device has. */
  private readonly given: number[][];
  private taken: number[];

  /** `start` begins decoding on a device. */
  constructor(
    sequences: number,
    private readonly start: (model: GpuModel) => Decoding,
    private readonly onDevice: OnDevice,
  ) {
    this.given = Array.from({ length: sequences }, () => []);
    this.taken = this.given.map(() => 0);
  }

  async extend(
    added: readonly (readonly number[])[],
    options?: DecodingOptions,
  ): Promise<(Float32Array | null)[]> {
    for (const [s, tokens] of added.entries()) append(this.given[s]!, tokens);
    return this.onDevice((model) => {
      if (this.current?.model !== model) {
        this.current = { model, decoding: this.start(model) };
        this.taken = this.given.map(() => 0);
      }
      const missing = this.given.map((tokens, s) => tokens.slice(this.taken[s]));
      this.taken = this.given.map((tokens) => tokens.length);
      return this.current.decoding.extend(missing, options);
    });
  }

  close(): void {
    this.current?.decoding.close();
  }
}
