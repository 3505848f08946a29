import { describe, expect, it } from 'vitest';
import { bucketBytes, createBuffer, upload } from './buffers';
import { calibrate } from './calibrate';
import { DeviceLostError, openGpu } from './device';
import { KERNEL_NAMES, kernelRecord } from './kernels';
import { compile, compileKernel, getPipeline } from './pipelines';
import { readback, readFloats } from './readback';
import { Recorder } from './recorder';
import { BufferPool } from './pool';
import { openTestGpu, randomFloats } from './testing';

describe('openGpu', () => {
  it('opens the adapter with its own limits and a name', async () => {
    const gpu = await openTestGpu();
    expect(gpu.limits.maxBindingBytes).toBeGreaterThanOrEqual(128 * 1024 * 1024);
    expect(gpu.limits.maxBufferBytes).toBeGreaterThanOrEqual(gpu.limits.maxBindingBytes);
    expect(gpu.limits.maxWorkgroups).toBeGreaterThanOrEqual(65535);
    expect(gpu.adapterName).not.toBe('');
    gpu.destroy();
  });

  it('says what to install where there is no adapter', async () => {
    const none = { requestAdapter: async () => null } as unknown as GPU;
    await expect(openGpu({ gpu: none })).rejects.toThrow(/no WebGPU adapter.*install Chromium/);
    await expect(openGpu({ gpu: undefined })).rejects.toThrow(/no WebGPU adapter/);
  });
});

describe('buffers', () => {
  it('refuse more than the adapter allows, naming buffer, size and limit', async () => {
    const gpu = await openTestGpu({ maxBufferBytes: 16 * 1024 * 1024 });
    await expect(createBuffer(gpu, 'wte', 40 * 1024 * 1024)).rejects.toThrow(
      "gpu: buffer 'wte' needs 40.0 MiB, this adapter allows at most 16.0 MiB",
    );
    gpu.destroy();
  });

  it('report a failed allocation as an error', async () => {
    const gpu = await openTestGpu();
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE;
    await expect(createBuffer(gpu, 'odd', 1024, usage)).rejects.toThrow(
      /'odd' of 1024 bytes could not be allocated, invalid/,
    );
    // Simulated: truly exhausting memory would disturb other users of the machine.
    const scopes = [null, new GPUOutOfMemoryError('simulated')];
    gpu.device.popErrorScope = async () => scopes.shift() ?? null;
    await expect(createBuffer(gpu, 'wte', 2 ** 21)).rejects.toThrow(
      /'wte' of 2.0 MiB .* not enough GPU memory/,
    );
    gpu.destroy();
  });

  it('come back from the pool by size class, and are counted', async () => {
    const gpu = await openTestGpu();
    const pool = new BufferPool(gpu);
    const [first] = await pool.lend([{ label: 'a', bytes: 5000 }]);
    expect(first!.size).toBeGreaterThanOrEqual(5000);
    expect(pool.bytesInUse).toBe(first!.size);
    pool.takeBack([first!]);
    expect(pool.bytesInUse).toBe(0);
    const again = await pool.lend(['b', 'c'].map((label) => ({ label, bytes: 5100 })));
    expect(again[0]).toBe(first);
    expect(again[1]).not.toBe(first);
    expect(pool.bytesHeld).toBe(2 * first!.size);
    gpu.destroy();
  });

  it('have size classes that waste little and respect a binding', () => {
    const limits = {
      maxBindingBytes: 1_000_000,
      maxBufferBytes: 4_000_000,
      offsetAlignment: 256,
      maxWorkgroups: 65535,
    };
    for (const bytes of [1, 255, 256, 5000, 70_001, 700_001, 999_999, 1_000_000]) {
      const bucket = bucketBytes(bytes, limits);
      expect(bucket).toBeGreaterThanOrEqual(bytes);
      expect(bucket).toBeLessThanOrEqual(1_000_000);
      if (bytes > 4096) expect(bucket).toBeLessThan(1.25 * bytes);
    }
    expect(bucketBytes(3_999_000, limits)).toBeLessThanOrEqual(4_000_000);
  });
});

describe('pipelines', () => {
  it('compile every kernel, each once', async () => {
    const gpu = await openTestGpu();
    await compile(
      gpu,
      KERNEL_NAMES.map((kernel) => ({ kernel })),
    );
    expect(getPipeline(gpu, { kernel: 'gemm' })).toBe(getPipeline(gpu, { kernel: 'gemm' }));
    gpu.destroy();
  });

  it('report WGSL mistakes with file, line and message', async () => {
    const gpu = await openTestGpu();
    const add = kernelRecord('add');
    const broken = { ...add, source: add.source.replace('delta[i];', 'nothing[i];') };
    await expect(compileKernel(gpu, broken)).rejects.toThrow(
      /'add' does not compile: add\.wgsl:\d+:\d+ .*nothing/,
    );
    gpu.destroy();
  });

  it('report mistakes in a shared file, and behind one, by the right file and line', async () => {
    const gpu = await openTestGpu();
    const gate = kernelRecord('gate');
    const line = (source: string, text: string) => source.slice(0, source.indexOf(text)).split('\n').length;
    const broken = { ...gate, source: gate.source.replace('linear[i];', 'nothing[i];') };
    await expect(compileKernel(gpu, broken)).rejects.toThrow(
      `'gate' does not compile: gate.wgsl:${line(broken.source, 'nothing')}:`,
    );
    const shared = gate.preludes!.find(({ file }) => file === 'lib/activation')!;
    const source = shared.source.replace('return max(x, 0.0)', 'return max(nothing, 0.0)');
    const preludes = gate.preludes!.map((one) => (one === shared ? { ...shared, source } : one));
    await expect(compileKernel(gpu, { ...gate, preludes })).rejects.toThrow(
      `'gate' does not compile: lib/activation.wgsl:${line(source, 'max(nothing')}:`,
    );
    gpu.destroy();
  });

  it('report a record that does not fit its shader', async () => {
    const gpu = await openTestGpu();
    const add = kernelRecord('add');
    await expect(compileKernel(gpu, { ...add, storage: add.storage.slice(1) })).rejects.toThrow(
      /'add' does not compile: .*binding/i,
    );
    gpu.destroy();
  });
});

describe('recorder', () => {
  it('keeps dispatches and copies in order within one submit, and counts them', async () => {
    const gpu = await openTestGpu();
    const recorder = new Recorder(gpu);
    const [x, delta, kept] = await Promise.all(
      ['x', 'delta', 'kept'].map((name) => createBuffer(gpu, name, 16)),
    );
    upload(gpu, x!, 0, new Float32Array([1, 2, 3, 4]));
    upload(gpu, delta!, 0, new Float32Array([10, 10, 10, 10]));
    const params = { row0: 0, rows: 1, width: 4 };
    recorder.dispatch('add', [{ buffer: delta! }, { buffer: x! }], params);
    recorder.copy(x!, 0, kept!, 0, 16);
    recorder.copy(kept!, 4, delta!, 8, 4);
    recorder.dispatch('add', [{ buffer: delta! }, { buffer: x! }], params);
    await recorder.submit();
    expect([...(await readFloats(gpu, kept!, 0, 4))]).toEqual([11, 12, 13, 14]);
    expect([...(await readFloats(gpu, x!, 0, 4))]).toEqual([21, 22, 25, 24]);
    expect(recorder.counters).toEqual({ dispatches: 2, copies: 2, submits: 1 });
    await recorder.submit();
    expect(recorder.counters.submits).toBe(1);
    gpu.destroy();
  });

  it('keeps submits in order while pipelines compile, with many dispatches in each', async () => {
    const gpu = await openTestGpu();
    const recorder = new Recorder(gpu);
    const x = await createBuffer(gpu, 'x', 4);
    const one = await createBuffer(gpu, 'one', 4);
    upload(gpu, one, 0, new Float32Array([1]));
    const submits: Promise<void>[] = [];
    for (const dispatches of [3, 700, 5]) {
      for (let i = 0; i < dispatches; i++) {
        recorder.dispatch('add', [{ buffer: one }, { buffer: x }], { row0: 0, rows: 1, width: 1 });
      }
      submits.push(recorder.submit());
    }
    await Promise.all(submits);
    expect((await readFloats(gpu, x, 0, 1))[0]).toBe(708);
    expect(recorder.counters).toEqual({ dispatches: 708, copies: 0, submits: 3 });
    gpu.destroy();
  });

  it('binds parts of buffers, and never more than the (faked) limit', async () => {
    const gpu = await openTestGpu({ maxBindingBytes: 1024 });
    const recorder = new Recorder(gpu);
    const data = randomFloats(512, 1);
    const x = await createBuffer(gpu, 'x', 2048);
    const delta = await createBuffer(gpu, 'delta', 2048);
    upload(gpu, x, 0, data);
    upload(gpu, delta, 0, data);
    const params = { row0: 0, rows: 1, width: 256 };
    const whole = [{ buffer: delta }, { buffer: x }];
    expect(() => recorder.dispatch('add', whole, params)).toThrow(
      "internal: add.delta ('delta'): binds 2048 bytes",
    );
    const part = (offset: number) => [
      { buffer: delta, offset, size: 1024 },
      { buffer: x, offset, size: 1024 },
    ];
    recorder.dispatch('add', part(1024), params);
    await recorder.submit();
    expect([...(await readFloats(gpu, x, 0, 512))]).toEqual([...data.map((v, i) => (i < 256 ? v : 2 * v))]);
    expect(() => recorder.dispatch('add', part(4), params)).toThrow('multiple of 256');
    gpu.destroy();
  });

  it('refuses wrong buffers and params before the driver sees them', async () => {
    const gpu = await openTestGpu();
    const recorder = new Recorder(gpu);
    const x = await createBuffer(gpu, 'x', 16);
    const params = { row0: 0, rows: 1, width: 4 };
    expect(() => recorder.dispatch('add', [{ buffer: x }], params)).toThrow('expected delta, x');
    expect(() => recorder.dispatch('add', [{ buffer: x }, { buffer: x }], params)).toThrow(
      'bound a second time',
    );
    const y = { buffer: await createBuffer(gpu, 'y', 16) };
    expect(() => recorder.dispatch('add', [y, { buffer: x }], { ...params, width: 1.5 })).toThrow(
      'param width is 1.5',
    );
    // @ts-expect-error a missing param is a type error as well
    expect(() => recorder.dispatch('add', [y, { buffer: x }], { row0: 0, rows: 1 })).toThrow('param width');
    const product = { ...params, K: 4, N: 2 ** 31, act: 0, hasBias: 0, oStride: 4, oOffset: 0 };
    expect(() => recorder.dispatch('gemm', [y, y, y, { buffer: x }], product)).toThrow(
      'Cut the dispatch by rows',
    );
    recorder.copy(x, 0, y.buffer, 0, 64);
    await expect(recorder.submit()).rejects.toThrow(/internal: WebGPU refused/);
    gpu.destroy();
  });
});

describe('a lost device', () => {
  it.each(['before', 'during'])('ends work submitted %s it with DeviceLostError', async (when) => {
    const gpu = await openTestGpu();
    const recorder = new Recorder(gpu);
    const x = await createBuffer(gpu, 'x', 16);
    const y = await createBuffer(gpu, 'y', 16);
    await compile(gpu, [{ kernel: 'add' }]);
    recorder.dispatch('add', [{ buffer: x }, { buffer: y }], { row0: 0, rows: 1, width: 4 });
    if (when === 'before') gpu.device.destroy();
    const { queue } = gpu.device;
    const submitToQueue = queue.submit.bind(queue);
    queue.submit = (commandBuffers) => {
      submitToQueue(commandBuffers);
      gpu.device.destroy();
    };
    // WebGPU may call the work of a lost device done before it reports the loss.
    const [submitted] = await Promise.allSettled([recorder.submit()]);
    if (submitted.status === 'rejected') expect(submitted.reason).toBeInstanceOf(DeviceLostError);
    await expect(readback(gpu, y, 0, 4)).rejects.toBeInstanceOf(DeviceLostError);
    await expect(createBuffer(gpu, 'z', 4)).rejects.toBeInstanceOf(DeviceLostError);
    await expect(getPipeline(gpu, { kernel: 'metric' })).rejects.toBeInstanceOf(DeviceLostError);
    expect((await gpu.lost).reason).toBe('destroyed');
  });

  it('ends allocation, compilation and readback under way, and what fails of them is DeviceLostError', async () => {
    const gpu = await openTestGpu();
    const x = await createBuffer(gpu, 'x', 1024);
    const waiting = [
      readback(gpu, x, 0, 1024),
      createBuffer(gpu, 'y', 4),
      getPipeline(gpu, { kernel: 'softmax' }),
    ];
    gpu.device.destroy();
    const [read, ...others] = await Promise.allSettled(waiting);
    const reasonOf = (result: PromiseSettledResult<unknown>) =>
      result.status === 'rejected' ? result.reason : null;
    expect(reasonOf(read!)).toBeInstanceOf(DeviceLostError);
    // The GPU process may have finished these before it learned of the loss.
    for (const other of others)
      if (other.status === 'rejected') expect(other.reason).toBeInstanceOf(DeviceLostError);
    await expect(createBuffer(gpu, 'z', 4)).rejects.toBeInstanceOf(DeviceLostError);
    await expect(getPipeline(gpu, { kernel: 'metric' })).rejects.toBeInstanceOf(DeviceLostError);
  });
});

describe('calibrate', () => {
  it('gives plausible speeds', async () => {
    const gpu = await openTestGpu();
    const { products, attention, numbers, dispatch } = await calibrate(gpu, 'gemm');
    for (const speed of [...products, attention, numbers]) {
      expect(speed).toBeGreaterThan(1e5);
      expect(speed).toBeLessThan(1e15);
    }
    expect(dispatch).toBeGreaterThan(1e-7);
    expect(dispatch).toBeLessThan(1e-1);
    gpu.destroy();
  });

  it.each(['gemm_f16', 'gemm_bt', 'gemm_bt_f16', 'gemm_any', 'gemm_any_f16'] as const)(
    'times products by %s as well, whatever the limits',
    async (kernel) => {
      const gpu = await openTestGpu({ maxBindingBytes: 2 ** 19 });
      const { products } = await calibrate(gpu, kernel);
      for (const speed of products) expect(speed).toBeGreaterThan(1e7);
      gpu.destroy();
    },
  );
});
