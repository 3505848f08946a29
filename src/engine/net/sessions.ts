/** The sessions of an open net, by wiring: opening one takes as long as many rows. */
import type { OpenNet } from '../../onnx/openNet';
import type { SessionOptions } from '../../onnx/session';
import type { Inputs, WiredSession, Wiring } from '../../onnx/wire';

/** Each holds a copy of the weights. */
const MOST_OPEN = 3;

export class Sessions {
  private readonly open = new Map<string, Promise<WiredSession>>();
  /** Ends with the batch that was asked for last. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly net: OpenNet,
    private readonly options: SessionOptions,
  ) {}

  /** One batch, after those asked for before it: a session that is in use stays open. */
  run(wiring: Wiring, inputs: Inputs): ReturnType<WiredSession['run']> {
    const results = this.last.then(async () => (await this.get(wiring)).run(inputs));
    this.last = results.catch(() => undefined);
    return results;
  }

  async close(): Promise<void> {
    await this.last;
    for (const key of [...this.open.keys()]) await this.drop(key);
  }

  /** The one that was least recently used is closed if there are too many. */
  private async get(wiring: Wiring): Promise<WiredSession> {
    const key = JSON.stringify(wiring);
    const found = this.open.get(key) ?? this.net.wire(wiring, this.options);
    this.open.delete(key);
    this.open.set(key, found);
    const [oldest] = this.open.keys();
    if (this.open.size > MOST_OPEN) await this.drop(oldest!);
    return found.catch((error: unknown) => {
      this.open.delete(key);
      throw error;
    });
  }

  private async drop(key: string): Promise<void> {
    const session = this.open.get(key)!;
    this.open.delete(key);
    await session.then((one) => one.close()).catch(() => {});
  }
}
