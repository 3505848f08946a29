import { beforeAll, describe, it } from 'vitest';
import type { Gpu } from '../device';
import { f16ToF32 } from '../../util/halves';
import {
  element as at,
  expectClose,
  expectSameBits,
  openTestGpu,
  randomFloats,
  randomHalves,
  runKernel,
} from '../testing';

const WIDTHS = [1, 3, 63, 64, 65, 257];
const ROWS = 7;
const CUTS = [1, 2, 5];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

describe('add', () => {
  it.each(WIDTHS)('agrees with float64 at width %i and when cut', async (width) => {
    const x = randomFloats(ROWS * width, 1);
    const delta = randomFloats(ROWS * width, 2, 3);
    const params = { row0: 0, rows: ROWS, width };
    const [sum] = await runKernel(gpu, 'add', [delta, x], params);
    expectSameBits(
      sum!,
      Float32Array.from(x, (v, i) => v + at(delta, i)),
      'add',
    );
    const [cut] = await runKernel(gpu, 'add', [delta, x], params, CUTS);
    expectSameBits(cut!, sum!, 'add cut');
  });

  it('leaves rows outside row0 .. row0+rows-1 alone', async () => {
    const x = randomFloats(5 * 3, 4);
    const [sum] = await runKernel(gpu, 'add', [x, x.slice()], { row0: 1, rows: 2, width: 3 });
    expectSameBits(
      sum!,
      Float32Array.from(x, (v, i) => (i >= 3 && i < 9 ? 2 * v : v)),
      'rows 1 and 2',
    );
  });

  it('folds a dispatch beyond 65535 workgroups', async () => {
    const width = 65535 * 64 + 1000;
    const x = randomFloats(width, 5);
    const [sum] = await runKernel(gpu, 'add', [x, x.slice()], { row0: 0, rows: 1, width });
    expectSameBits(
      sum!,
      x.map((v) => 2 * v),
      'long row',
    );
  });
});

describe.each(['embed', 'embed_f16'] as const)('%s', (kernel) => {
  const makeTable = (count: number) => {
    if (kernel === 'embed') {
      const values = randomFloats(count, 15);
      return { stored: values, values };
    }
    const { words, values } = randomHalves(count, 15);
    return { stored: words, values };
  };

  it.each([1, 3, 63, 64, 65, 257])('width %i: scaled rows, only those of the bound chunk', async (width) => {
    const [srcBase, srcRows] = [10, 5];
    const { stored, values } = makeTable(srcRows * width);
    const dst = randomFloats(6 * width, 7);
    const table = new Uint32Array([3, 10, 0, 13, 5, 9, 4, 15, 1, 14]);
    const rows = { row0: 0, rows: 5, width, srcBase, srcRows };
    for (const scale of [1, Math.sqrt(640)]) {
      const params = { ...rows, scale };
      const [out] = await runKernel(gpu, kernel, [table, stored, dst], params);
      const expected = dst.slice();
      for (const [dRow, sRow] of [
        [3, 10],
        [0, 13],
        [1, 14],
      ] as const) {
        const source = values.subarray((sRow - srcBase) * width, (sRow - srcBase + 1) * width);
        expected.set(
          source.map((v) => Math.fround(scale) * v),
          dRow * width,
        );
      }
      expectSameBits(out!, expected, kernel);
      const [cut] = await runKernel(gpu, kernel, [table, stored, dst], params, [2, 3]);
      expectSameBits(cut!, expected, `${kernel} cut`);
    }
  });
});

describe('halves', () => {
  it('are read exactly, all that are finite', async () => {
    const codes = Uint16Array.from({ length: 0x10000 }, (_, code) => code).filter(
      (code) => (code & 0x7c00) !== 0x7c00,
    );
    const table = new Uint32Array([0, 0]);
    const params = { row0: 0, rows: 1, width: codes.length, scale: 1, srcBase: 0, srcRows: 1 };
    const buffers = [table, new Uint32Array(codes.buffer), new Float32Array(codes.length)];
    const [out] = await runKernel(gpu, 'embed_f16', buffers, params);
    expectSameBits(out!, Float32Array.from(codes, f16ToF32), 'halves');
  });
});

describe('copy_rows', () => {
  it('copies by table into columns of strided rows', async () => {
    const [width, srcStride, dstStride] = [5, 7, 9];
    const src = randomFloats(4 * srcStride, 6);
    const dst = randomFloats(6 * dstStride, 7);
    const table = new Uint32Array([3, 0, 0, 3, 1, 1]);
    const params = { width, dstStride, dstCol: 2, srcStride, srcCol: 1, paired: 1, dstRow: 0, weight: 0 };
    const [out] = await runKernel(gpu, 'copy_rows', [table, src, dst], { row0: 0, rows: 3, ...params });
    const expected = dst.slice();
    for (const [dRow, sRow] of [
      [3, 0],
      [0, 3],
      [1, 1],
    ] as const) {
      for (let c = 0; c < width; c++) expected[dRow * dstStride + 2 + c] = at(src, sRow * srcStride + 1 + c);
    }
    expectSameBits(out!, expected, 'copy_rows');
    const [cut] = await runKernel(
      gpu,
      'copy_rows',
      [table, src, dst],
      { row0: 0, rows: 3, ...params },
      [1, 2],
    );
    expectSameBits(cut!, expected, 'copy_rows cut');
    // Sources only: rows 2, 3 and 4.
    const listed = { row0: 0, rows: 3, ...params, paired: 0, dstRow: 2 };
    const buffers = [new Uint32Array([3, 0, 1]), src, dst];
    const wanted = dst.slice();
    for (const [i, sRow] of [3, 0, 1].entries())
      for (let c = 0; c < width; c++) wanted[(2 + i) * dstStride + 2 + c] = at(src, sRow * srcStride + 1 + c);
    for (const cuts of [[], [1, 2]]) {
      const [taken] = await runKernel(gpu, 'copy_rows', buffers, listed, cuts);
      expectSameBits(taken!, wanted, 'copy_rows by sources');
    }
  });

  it.each([1, 5, 64, 130])('adds %i columns, weighted', async (width) => {
    const table = Uint32Array.of(3, 0, 0, 2, 5, 2);
    const [src, dst] = [randomFloats(3 * (width + 2), 1), randomFloats(6 * (width + 5), 2)];
    const params = {
      row0: 0,
      rows: 3,
      width,
      dstStride: width + 5,
      dstCol: 4,
      srcStride: width + 2,
      srcCol: 1,
      paired: 1,
      dstRow: 0,
      weight: -0.25,
    };
    const expected = Float64Array.from(dst);
    for (const [to, from] of [
      [3, 0],
      [0, 2],
      [5, 2],
    ] as const)
      for (let c = 0; c < width; c++)
        expected[to * (width + 5) + 4 + c]! -= 0.25 * at(src, from * (width + 2) + 1 + c);
    const buffers = [table, src, dst];
    const [out] = await runKernel(gpu, 'copy_rows', buffers, params);
    expectClose(out!, expected, 'copy_rows');
    const [parts] = await runKernel(gpu, 'copy_rows', buffers, params, [1]);
    expectSameBits(parts!, out!, 'copy_rows in parts');
  });
});

describe('repeat_heads and sum_heads', () => {
  it.each([
    [1, 1],
    [3, 5],
    [2, 65],
  ])('H=%i D=%i', async (H, D) => {
    const x = randomFloats(ROWS * D, 8);
    const wide = new Float32Array(ROWS * H * D);
    const params = { row0: 0, rows: ROWS, H, D };
    const [repeated] = await runKernel(gpu, 'repeat_heads', [x, wide], params, CUTS);
    expectSameBits(
      repeated!,
      wide.map((_, i) => at(x, Math.floor(i / (H * D)) * D + (i % D))),
      'repeat_heads',
    );

    const result = randomFloats(ROWS * H * D, 9);
    const bias = randomFloats(D, 10);
    const biasScale = 0.25;
    const summing = { ...params, biasScale };
    const [summed] = await runKernel(gpu, 'sum_heads', [result, bias, x], summing);
    const expected = Array.from(x, (_, i) => {
      let sum = biasScale * at(bias, i % D);
      for (let h = 0; h < H; h++) sum += at(result, (Math.floor(i / D) * H + h) * D + (i % D));
      return sum;
    });
    expectClose(summed!, expected, 'sum_heads');
    const [cut] = await runKernel(gpu, 'sum_heads', [result, bias, x], summing, CUTS);
    expectSameBits(cut!, summed!, 'sum_heads cut');
    const [bare] = await runKernel(gpu, 'sum_heads', [result, result, x], { ...params, biasScale: 0 });
    expectClose(
      bare!,
      expected.map((v, i) => v - biasScale * at(bias, i % D)),
      'sum_heads without bias',
    );
  });
});
