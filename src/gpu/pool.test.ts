import { expect, it } from 'vitest';
import { type Gpu, openGpu } from './device';
import { BufferPool, Loan, poolOf } from './pool';
import { createStubGpu } from './testing/stubDevice';

const MIB = 2 ** 20;
const want = (label: string, bytes: number) => ({ label, bytes });

async function open() {
  const stub = createStubGpu();
  const gpu = await openGpu({ gpu: stub.gpu });
  stub.reset();
  return { stub, gpu };
}

/** Allocation fails for each label that `isTooMuch` accepts. */
function exhaust(gpu: Gpu, isTooMuch: (label: string) => boolean): void {
  const { device } = gpu;
  const create = device.createBuffer.bind(device);
  let failed = false;
  device.createBuffer = (asked) => {
    failed ||= isTooMuch(asked.label!);
    return create(asked);
  };
  let scopes = 0;
  device.popErrorScope = async () => {
    // The inner scope catches validation errors.
    if (scopes++ % 2 === 0 || !failed) return null;
    failed = false;
    return { message: 'simulated' } as GPUError;
  };
}

it('a request waits once for all that it needs, and the next one not at all', async () => {
  const { stub, gpu } = await open();
  for (const trips of [1, 1]) {
    const loan = new Loan(poolOf(gpu));
    await loan.reserve([
      [want('a', 1000), want('b', 1000)],
      [want('c', 1000), want('d', 8 * MIB)],
    ]);
    expect(stub.counters()).toMatchObject({ buffers: 3, trips });
    const taken = [want('a', 1000), want('b', 1000)].map((one) => loan.take(one));
    expect(new Set(taken).size).toBe(2);
    for (const buffer of taken) loan.give(buffer);
    expect(loan.take(want('d', 8 * MIB)).size).toBe(8 * MIB);
    expect(() => loan.take(want('e', 8 * MIB))).toThrow(
      "internal: no buffer of 8388608 bytes was reserved for 'e'.",
    );
    loan.close();
  }
});

it('two requests at once never have the same buffer', async () => {
  const { gpu } = await open();
  const loans = [new Loan(poolOf(gpu)), new Loan(poolOf(gpu))];
  for (const loan of loans) await loan.reserve([[want('a', 1000)]]);
  const [first, second] = loans.map((loan) => loan.take(want('a', 1000)));
  expect(first).not.toBe(second);
});

it('frees what four requests in a row did without', async () => {
  const { stub, gpu } = await open();
  const pool = new BufferPool(gpu);
  pool.takeBack(await pool.lend([want('rare', MIB)]));
  for (let i = 0; i < 3; i++) pool.takeBack(await pool.lend([want('usual', 1024)]));
  expect(pool.bytesHeld).toBe(MIB + 1024);
  pool.takeBack(await pool.lend([want('usual', 1024)]));
  expect(pool.bytesHeld).toBe(1024);
  expect(stub.counters().liveBytes).toBe(1024);
});

it('keeps 512 MiB between requests at most, of what was used last', async () => {
  const { stub, gpu } = await open();
  const pool = new BufferPool(gpu);
  pool.takeBack(await pool.lend([want('a', 300 * MIB)]));
  const [b] = await pool.lend([want('b', 256 * MIB)]);
  pool.takeBack([b!]);
  expect(pool.bytesHeld).toBe(256 * MIB);
  expect(stub.counters().liveBytes).toBe(256 * MIB);
  expect(await pool.lend([want('c', 256 * MIB)])).toEqual([b]);
});

it('frees what waits when memory is out, and tries again', async () => {
  const { gpu } = await open();
  const pool = new BufferPool(gpu);
  pool.takeBack(await pool.lend([want('old', MIB)]));
  exhaust(gpu, (label) => label === 'new' && pool.bytesHeld > 0);
  await pool.lend([want('new', 2 * MIB)]);
  expect(pool.bytesHeld).toBe(2 * MIB);
});

it('names the buffer that there is no memory for, and keeps none of the others', async () => {
  const { stub, gpu } = await open();
  const pool = new BufferPool(gpu);
  exhaust(gpu, (label) => label === 'huge');
  await expect(pool.lend([want('small', 1024), want('huge', 4 * MIB), want('other', 1024)])).rejects.toThrow(
    "gpu: buffer 'huge' of 4.0 MiB could not be allocated, not enough GPU memory",
  );
  expect(stub.counters().liveBytes).toBe(0);
  expect(pool.bytesHeld).toBe(0);
});
