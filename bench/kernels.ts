/**
 * Times the matrix, attention and norm kernels at GPT-2 small's shapes, in Node. Each figure is the
 * median of the repeats; each repeat is enough dispatches in one submit to take about 50 ms. See
 * README.md for how to run it.
 */

import { createBuffer, upload } from '../src/gpu/buffers';
import { type Gpu, openGpu } from '../src/gpu/device';
import type { KernelName, KernelParams } from '../src/gpu/kernels';
import { NO_WINDOW } from '../src/gpu/kernels/attention';
import { ACT } from '../src/gpu/kernels/matmul';
import { nodeGpu } from '../src/gpu/node';
import { Recorder } from '../src/gpu/recorder';

const REPEATS = 3;
const TARGET_MS = 50;
const MAX_DISPATCHES = 1000;

/** --quick: the smallest shapes only. */
const quick = process.argv.includes('--quick');

interface Case<K extends KernelName> {
  kernel: K;
  label: string;
  /** f32 elements of each buffer. */
  sizes: readonly number[];
  params: KernelParams<K>;
  flops: number;
  /** Contents of some buffers, by index; the others are zero. */
  contents?: Readonly<Record<number, Uint32Array>>;
}

async function measure<K extends KernelName>(gpu: Gpu, test: Case<K>): Promise<number> {
  const buffers = await Promise.all(test.sizes.map((count) => createBuffer(gpu, test.label, 4 * count)));
  for (const [index, data] of Object.entries(test.contents ?? {})) {
    upload(gpu, buffers[Number(index)] as GPUBuffer, 0, data);
  }
  const ranges = buffers.map((buffer) => ({ buffer }));
  const recorder = new Recorder(gpu);
  const time = async (dispatches: number) => {
    for (let i = 0; i < dispatches; i++) recorder.dispatch(test.kernel, ranges, test.params);
    const start = performance.now();
    await recorder.submit();
    return (performance.now() - start) / dispatches;
  };
  await time(1);
  const count = Math.min(MAX_DISPATCHES, Math.max(1, Math.round(TARGET_MS / (await time(1)))));
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) times.push(await time(count));
  recorder.destroy();
  for (const buffer of buffers) buffer.destroy();
  return times.sort((a, b) => a - b)[Math.floor(REPEATS / 2)] ?? Number.NaN;
}

function gemm(R: number, K: number, N: number): Case<'gemm'> {
  const sizes = [R * K, K * N, N, R * N];
  const params = { row0: 0, rows: R, K, N, act: ACT.none, hasBias: 1, oStride: N, oOffset: 0 };
  return { kernel: 'gemm', label: `${R} x ${K} x ${N}`, sizes, params, flops: 2 * R * K * N };
}

/** `transposed`: w as [N,K], the unembedding's layout. */
function gemmAny(R: number, K: number, N: number, transposed: boolean): Case<'gemm_any'> {
  const params = {
    ...gemm(R, K, N).params,
    ...{
      hasBias: 0,
      aOffset: 0,
      aStride: K,
      aBatch: 0,
      wOffset: 0,
      wBatch: 0,
      wBatchDiv: 1,
      biasOffset: 0,
      biasBatch: 0,
    },
    ...{ wRow: transposed ? 1 : N, wCol: transposed ? K : 1, oOffset: 0, oStride: N, oBatch: 0, batches: 1 },
  };
  const label = `${R} x ${K} x ${N}${transposed ? ' transposed' : ''}`;
  return { kernel: 'gemm_any', label, sizes: [R * K, K * N, N, R * N], params, flops: 2 * R * K * N };
}

function gemmBt(R: number, K: number, N: number): Case<'gemm_bt'> {
  const params = { ...gemm(R, K, N).params, biasOffset: 0 };
  const label = `${R} x ${K} x ${N} transposed`;
  return { kernel: 'gemm_bt', label, sizes: [R * K, N * K, N, R * N], params, flops: 2 * R * K * N };
}

/** n queries, each at the last of T positions. */
function attend(n: number, T: number, H: number, K: number): Case<'attend'> {
  const D = H * K;
  const scale = 1 / Math.sqrt(K);
  const params = { row0: 0, rows: n, T, H, G: H, K, scale, softcap: 0, causal: 1, window: NO_WINDOW };
  const sizes = [n * 3 * D, n * 3 * D, 3 * n, n * T, n * H * T];
  const queries = Uint32Array.from({ length: 3 * n }, (_, i) => (i % 3 === 2 ? T - 1 : Math.floor(i / 3)));
  const keyRows = Uint32Array.from({ length: n * T }, (_, i) => i % n);
  const contents = { 2: queries, 3: keyRows };
  return {
    kernel: 'attend',
    label: `n=${n} T=${T} H=${H} K=${K}`,
    sizes,
    params,
    flops: 2 * n * T * D,
    contents,
  };
}

/** Counted as 8 operations per element. */
function norm(R: number, width: number): Case<'norm'> {
  const flags = { hasDelta: 1, center: 1, hasWeight: 1, hasBias: 1, shift: 0 };
  const params = { row0: 0, rows: R, width, eps: 1e-5, ...flags };
  const sizes = [R * width, R * width, width, width, R * width];
  return { kernel: 'norm', label: `${R} x ${width}`, sizes, params, flops: 8 * R * width };
}

const rows = quick ? [16] : [1, 16, 64, 256];
const cases = [
  ...rows.flatMap((R) => [gemm(R, 768, 768), gemm(R, 768, 2304), gemm(R, 768, 3072), gemm(R, 3072, 768)]),
  ...rows.map((R) => gemmAny(R, 768, 768, false)),
  ...rows.flatMap((R) => [gemmAny(R, 768, 4096, true), gemmBt(R, 768, 4096)]),
  attend(64, 16, 12, 64),
  attend(600, 10, 12, 64),
  norm(16, 768),
  norm(600, 128),
];

const gpu = await openGpu({ gpu: await nodeGpu() });
process.stdout.write(`adapter: ${gpu.adapterName}${gpu.isFallback ? ' (software)' : ''}\n`);
for (const test of cases) {
  const ms = await measure(gpu, test as Case<KernelName>);
  const rate = (test.flops / ms / 1e6).toFixed(2);
  process.stdout.write(
    `${test.kernel.padEnd(9)} ${test.label.padEnd(28)} ${ms.toFixed(3).padStart(10)} ms ${rate.padStart(9)} GFLOP/s\n`,
  );
}
process.exit(0);
