/** Runs a request on an open net, batch by batch. */
import type { NetRun } from '../../model/netRun';
import type { OpenNet } from '../../onnx/openNet';
import { elements } from '../../util/elements';
import type { NetRequest, NetResults, NetTensor } from './api';
import { type BaseValues, inputsOf } from './feeds';
import { planOf } from './plan';
import type { Sessions } from './sessions';

/** Called before every batch. Rejects once the run is cancelled. */
export type OnRows = (fraction: number, doing: string) => Promise<void>;

export interface Opened {
  readonly net: OpenNet;
  readonly sessions: Sessions;
}

/** These sites of every image as it is: [images, ...] each. */
export async function captured(opened: Opened, images: readonly Float32Array[], sites: readonly string[]) {
  return (await rowsOf(opened, unedited(images, sites), async () => {})).tensors;
}

export async function rowsOf(opened: Opened, request: NetRequest, onRows: OnRows): Promise<NetResults> {
  const { sessions } = opened;
  const { spec } = opened.net;
  const start = performance.now();
  const { wiring, reads, captures, rowsPerBatch } = planOf(spec, request);
  const base = captures.length > 0 ? await bases(opened, request, captures, onRows) : noBase;
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
async function bases(
  opened: Opened,
  { images }: NetRequest,
  captures: readonly string[],
  onRows: OnRows,
): Promise<BaseValues> {
  const onBatch = () => onRows(0, 'the images without edits');
  const { tensors } = await rowsOf(opened, unedited(images, captures), onBatch);
  return (site, image) => {
    const { data } = tensors[site]!;
    const each = data.length / images.length;
    return data.subarray(image * each, (image + 1) * each);
  };
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
