/** Opens a net, and runs requests batch by batch. */
import { compareTensors } from '../../forward/reference/compare';
import { elements } from '../../util/elements';
import type { NetRun } from '../../model/netRun';
import type { OpenNet } from '../../onnx/openNet';
import { Sha256 } from '../../util/sha256';
import { CANCELLED } from '../cancelled';
import type {
  NetEngine,
  NetEnvironment,
  NetInfo,
  NetProgress,
  NetRequest,
  NetResults,
  NetSource,
  NetTensor,
  NetVerification,
} from './api';
import { type BaseValues, inputsOf } from './feeds';
import { planOf } from './plan';
import { Sessions } from './sessions';

/** Largest allowed difference of the answer from the untouched file's, as a share of its largest value. */
const BAR = 2e-5;

/** Called before every batch. Rejects once the run is cancelled. */
type OnRows = (fraction: number, doing: string) => Promise<void>;

interface Opened {
  readonly net: OpenNet;
  readonly sessions: Sessions;
}

export class OnnxNetEngine implements NetEngine {
  private opened: Opened | null = null;
  private readonly running = new Map<string, AbortController>();

  /** `optimization`: 'disabled' computes each node as written, so that equal values stay equal. */
  constructor(private readonly optimization: NetEnvironment['optimization'] = 'disabled') {}

  async open({ name, bytes, edge }: NetSource): Promise<NetInfo> {
    const { openNet } = await import('../../onnx/openNet');
    const net = await openNet(name, bytes, edge);
    await this.close();
    const { optimization } = this;
    this.opened = { net, sessions: new Sessions(net, { optimization }) };
    return {
      title: titleOf(name),
      sha256: new Sha256().update(bytes).digest(),
      bytes: bytes.length,
      spec: net.spec,
      environment: { runtime: net.runtime, provider: 'wasm', optimization },
    };
  }

  async capture(images: readonly Float32Array[], sites: readonly string[]) {
    return (await this.rows(unedited(images, sites), async () => {})).tensors;
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
      return await this.rows(request, onRows);
    } finally {
      this.running.delete(runId);
    }
  }

  async cancel(runId: string): Promise<void> {
    this.running.get(runId)?.abort();
  }

  async verify(image: Float32Array): Promise<NetVerification> {
    const { net } = this.here();
    const reads = net.spec.sites.map(({ name }) => name);
    const ours = (await this.capture([image], reads))[reads.at(-1)!]!;
    const theirs = await net.untouched(image);
    const { relative } = compareTensors(ours.data, theirs);
    return { against: `${net.runtime}, the untouched file, optimization all`, bar: BAR, relative };
  }

  async close(): Promise<void> {
    const { opened } = this;
    this.opened = null;
    await opened?.sessions.close();
  }

  private here(): Opened {
    if (this.opened) return this.opened;
    throw new Error('net: no net is open, got a request, expected `open` before it.');
  }

  private async rows(request: NetRequest, onRows: OnRows): Promise<NetResults> {
    const { net, sessions } = this.here();
    const { spec } = net;
    const start = performance.now();
    const { wiring, reads, captures, rowsPerBatch } = planOf(spec, request);
    const base = captures.length > 0 ? await this.bases(request, captures, onRows) : noBase;
    const { runs } = request;
    const out = reads.map(({ lead, shape }) => new Float32Array(runs.length * lead * elements(shape)));
    const batch = { spec, request, wiring, base };
    const batches = Math.ceil(runs.length / rowsPerBatch);
    for (let b = 0; b < batches; b++) {
      await onRows(b / batches, `rows ${b * rowsPerBatch} of ${runs.length}`);
      const own = runs.slice(b * rowsPerBatch, (b + 1) * rowsPerBatch);
      const results = await sessions.run(wiring, inputsOf(batch, padded(own, rowsPerBatch)));
      for (const [r, { data }] of results.entries()) {
        const each = out[r]!.length / runs.length;
        out[r]!.set((data as Float32Array).subarray(0, each * own.length), each * b * rowsPerBatch);
      }
    }
    const tensors = reads.map(({ name, lead, shape }, r): [string, NetTensor] => {
      checkFinite(name, out[r]!, runs);
      return [
        name,
        { shape: lead === 1 ? [runs.length, ...shape] : [runs.length, lead, ...shape], data: out[r]! },
      ];
    });
    const seconds = (performance.now() - start) / 1000;
    return {
      tensors: Object.fromEntries(tensors),
      from: wiring.from ?? null,
      batches,
      rowsPerBatch,
      seconds,
    };
  }

  /** Values of sites for every image, in one pass of the images. */
  private async bases(
    { images }: NetRequest,
    captures: readonly string[],
    onRows: OnRows,
  ): Promise<BaseValues> {
    const onBatch = () => onRows(0, 'the images without edits');
    const { tensors } = await this.rows(unedited(images, captures), onBatch);
    return (site, image) => {
      const { data } = tensors[site]!;
      const each = data.length / images.length;
      return data.subarray(image * each, (image + 1) * each);
    };
  }
}

/** The file's name, or its folder's if the file is called as all are: NAME/onnx/model.onnx. */
function titleOf(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== 'onnx');
  const isUsual = parts.at(-1) === 'model.onnx' && parts.length > 1;
  return parts.at(isUsual ? -2 : -1)!.replace(/\.onnx$/, '');
}

const noBase: BaseValues = (site) => {
  throw new Error(`internal: net: the values of '${site}' were not planned.`);
};

/** These sites of every image as it is. */
const unedited = (images: readonly Float32Array[], reads: readonly string[]): NetRequest => ({
  images,
  runs: images.map((_, image) => ({ id: `${image}`, image })),
  reads,
  restart: false,
});

/** Every batch has as many rows; the last one repeats its last run. */
function padded(runs: readonly NetRun[], rows: number): NetRun[] {
  return Array.from({ length: rows }, (_, i) => runs[Math.min(i, runs.length - 1)]!);
}

function checkFinite(site: string, data: Float32Array, runs: readonly NetRun[]): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const run = runs[Math.floor((at * runs.length) / data.length)]!;
  throw new Error(
    `net: the values of '${site}' are not finite, got ${data[at]} in run '${run.id}', expected numbers. An edit is too large, or the net's own arithmetic fails.`,
  );
}
