/** Opens a net, runs requests, and says where: on the processor, or verified on the graphics card. */
import { compareTensors } from '../../forward/reference/compare';
import type { OpenNet } from '../../onnx/openNet';
import type { Provider } from '../../onnx/runtime';
import { Sha256 } from '../../util/sha256';
import { CANCELLED } from '../cancelled';
import type {
  NetEngine,
  NetEnvironment,
  NetInfo,
  NetMove,
  NetProgress,
  NetRequest,
  NetResults,
  NetSource,
  NetVerification,
} from './api';
import { captured, type Opened, rowsOf } from './rows';
import { Sessions } from './sessions';

const BARS: Record<Provider, number> = { wasm: 2e-5, webgpu: 1e-4 };

interface Placed extends Opened {
  readonly provider: Provider;
}

export class OnnxNetEngine implements NetEngine {
  private opened: Placed | null = null;
  private readonly running = new Map<string, AbortController>();

  /**
   * `optimization`: 'disabled' computes each node as written, so that equal values stay equal.
   * `bars`: largest allowed difference of the answer from the untouched file's, as a share of its
   * largest value.
   */
  constructor(
    private readonly optimization: NetEnvironment['optimization'] = 'disabled',
    private readonly bars = BARS,
  ) {}

  async open({ name, bytes, edge }: NetSource): Promise<NetInfo> {
    const { openNet } = await import('../../onnx/openNet');
    const net = await openNet(name, bytes, edge);
    await this.close();
    this.opened = this.on(net, 'wasm');
    return {
      title: titleOf(name),
      sha256: new Sha256().update(bytes).digest(),
      bytes: bytes.length,
      spec: net.spec,
      environment: await this.environment(this.opened),
    };
  }

  async capture(images: readonly Float32Array[], sites: readonly string[]) {
    return captured(this.here(), images, sites);
  }

  async run(
    runId: string,
    request: NetRequest,
    onProgress?: (event: NetProgress) => void,
  ): Promise<NetResults> {
    const controller = new AbortController();
    this.running.set(runId, controller);
    const start = performance.now();
    const onRows = async (fraction: number, doing: string) => {
      // Lets messages through: the engine runs on this thread, and a cancel is one.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (controller.signal.aborted) throw new Error(CANCELLED);
      const seconds = (performance.now() - start) / 1000;
      const secondsLeft = fraction > 0 ? (seconds * (1 - fraction)) / fraction : 0;
      onProgress?.({ type: 'progress', fraction, secondsLeft, doing });
    };
    try {
      return await rowsOf(this.here(), request, onRows);
    } finally {
      this.running.delete(runId);
    }
  }

  async cancel(runId: string): Promise<void> {
    this.running.get(runId)?.abort();
  }

  async computeOn(provider: Provider, image: Float32Array): Promise<NetMove> {
    const before = this.here();
    const next = this.on(before.net, provider);
    try {
      const verification = await this.compared(next, image);
      const { relative, bar } = verification;
      if (provider === 'webgpu' && relative > bar)
        throw new Error(
          `net: the graphics card's answer differs too much, got ${relative.toExponential(1)} of the largest value, expected at most ${bar.toExponential(0)}. The processor computes, as before.`,
        );
      const environment = await this.environment(next);
      // Another net may have been opened meanwhile.
      if (this.opened !== before) throw new Error(CANCELLED);
      this.opened = next;
      await before.sessions.close();
      return { environment, verification };
    } catch (error) {
      await next.sessions.close();
      throw error;
    }
  }

  async verify(image: Float32Array): Promise<NetVerification> {
    return this.compared(this.here(), image);
  }

  async close(): Promise<void> {
    const { opened } = this;
    this.opened = null;
    await opened?.sessions.close();
  }

  private here(): Placed {
    if (this.opened) return this.opened;
    throw new Error('net: no net is open, got a request, expected `open` before it.');
  }

  private on(net: OpenNet, provider: Provider): Placed {
    return { net, provider, sessions: new Sessions(net, { optimization: this.optimization, provider }) };
  }

  private async environment({ net, provider }: Placed): Promise<NetEnvironment> {
    const device = await net.device(provider);
    return { runtime: net.runtime, provider, device, optimization: this.optimization };
  }

  private async compared({ net, provider, sessions }: Placed, image: Float32Array): Promise<NetVerification> {
    const reads = net.spec.sites.map(({ name }) => name);
    const ours = (await captured({ net, sessions }, [image], reads))[reads.at(-1)!]!;
    const theirs = await net.untouched(image);
    const { relative } = compareTensors(ours.data, theirs);
    return {
      against: `${net.runtime}, the untouched file, optimization all`,
      bar: this.bars[provider],
      relative,
    };
  }
}

/** The file's name, or its folder's if the file is called as all are: NAME/onnx/model.onnx. */
function titleOf(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== 'onnx');
  const isUsual = parts.at(-1) === 'model.onnx' && parts.length > 1;
  return parts.at(isUsual ? -2 : -1)!.replace(/\.onnx$/, '');
}
