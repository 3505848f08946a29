/** Progress of opening a model: bytes, speed and time left. */
import type { OpenProgress } from './api';

/** Speed is averaged over this many milliseconds. */
const WINDOW = 4000;
/** Least milliseconds between reports. */
const EVERY = 100;

export class OpenMeter {
  private total: number | null = null;
  private loaded = 0;
  private text = 'opening';
  private reported = Number.NEGATIVE_INFINITY;
  private readonly samples: { readonly at: number; readonly bytes: number }[] = [];

  constructor(
    private readonly report: ((progress: OpenProgress) => void) | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A small file is being read. */
  doing(text: string): void {
    this.text = text;
    this.send();
  }

  /** The weights follow; bytes already on this device count as loaded when read. */
  begin({ bytes, present }: { readonly bytes: number; readonly present: number }): void {
    this.total = bytes;
    this.text = present >= bytes ? 'reading the weights' : 'downloading the weights';
    this.samples.push({ at: this.now(), bytes: 0 });
    this.send();
  }

  /** Total bytes of the weights read so far. */
  read(bytes: number): void {
    this.loaded = bytes;
    const at = this.now();
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && this.samples[0]!.at < at - WINDOW) this.samples.shift();
    if (at - this.reported >= EVERY || bytes === this.total) this.send();
  }

  private send(): void {
    this.reported = this.now();
    const speed = this.speed();
    const left = this.total === null ? 0 : this.total - this.loaded;
    this.report?.({
      loadedBytes: this.loaded,
      totalBytes: this.total,
      doing: this.text,
      ...(speed === null ? {} : { bytesPerSecond: speed, secondsLeft: left / speed }),
    });
  }

  private speed(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last || last.at - first.at < 500 || last.bytes <= first.bytes) return null;
    return (1000 * (last.bytes - first.bytes)) / (last.at - first.at);
  }
}
