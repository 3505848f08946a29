/**
 * SmolLM2-135M-Instruct as safetensors of half floats (326 MB, converted here from its GGUF file)
 * behind a hub on the loopback: downloaded, killed, interrupted and resumed, opened without the
 * hub, corrupted and detected.
 */
import { spawn } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMIT, HubServer } from '../../e2e/hubServer';
import { blobSource } from '../load/bytes';
import { diskStore } from '../load/diskStore';
import { WEIGHTS, writeHubFolder } from '../load/testing/hubFolder';
import { type Engine, type ModelInfo, OPEN_CANCELLED } from './api';
import { createNodeEngine } from './node';
import { MODELS, report, SMOLLM2 } from './testing/realModels';
import { inThisThread } from '../load/tokenizer/inThisThread';

const ID = 'someone/smollm2-f16';
const FOLDER = join(MODELS, 'hub', 'smollm2-f16');
const PROMPT = 'The capital of France is';
/** Allowed growth of the host's memory while a model opens, in bytes. */
const MOST = 64e6;
/** Bytes of weights between two checks of memory. */
const EVERY = 32e6;
/** Reads besides the one pass over the weights: the header, more than once. */
const SMALL = 2e6;
/** Bytes possibly in the buffers of both ends when a reader stops. */
const IN_FLIGHT = 4e6;

const hub = new HubServer({ [ID]: FOLDER });
let engine: Engine;
/** Where copies are kept. */
let store: string;
/** Bytes of the weight file. */
let size: number;

beforeAll(async () => {
  await writeHubFolder(blobSource(SMOLLM2, await openAsBlob(join(MODELS, 'smollm2', SMOLLM2))), FOLDER);
  size = (await stat(join(FOLDER, WEIGHTS))).size;
  store = await mkdtemp(join(tmpdir(), 'loci-hub-'));
  await hub.start();
  engine = await createNodeEngine('gpu', { startThread: inThisThread, store: diskStore(store) });
});
afterAll(async () => {
  await engine?.close();
  await hub.stop();
  if (store) await rm(store, { recursive: true });
});

const source = () => ({ kind: 'hub', id: ID, base: hub.base }) as const;

function hostBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * Opens the model; returns the bytes of weights sent and the peak growth of the host's memory. The
 * limit applies to memory in use after a collection; garbage is only reported, since the host
 * decides when to free it.
 */
async function openMeasured(what: string): Promise<{ info: ModelInfo; served: number; doing: Set<string> }> {
  const { gc } = globalThis;
  if (!gc) throw new Error('memory: cannot be measured, expected node --expose-gc.');
  // Twice: array buffers are counted as freed when the next collection begins.
  const collect = () => {
    gc();
    gc();
  };
  collect();
  const before = hostBytes();
  const servedBefore = hub.servedWeights;
  const began = performance.now();
  const doing = new Set<string>();
  let peak = before;
  let inUse = before;
  let next = 0;
  const info = await engine.open(
    source(),
    (progress) => {
      doing.add(progress.doing);
      peak = Math.max(peak, hostBytes());
      if (progress.loadedBytes < next) return;
      next = progress.loadedBytes + EVERY;
      collect();
      inUse = Math.max(inUse, hostBytes());
    },
    { weights: 'f16' },
  );
  const served = hub.servedWeights - servedBefore;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  report(
    `${what}: ${megabytes(size)} in ${((performance.now() - began) / 1000).toFixed(1)} s, ` +
      `${megabytes(served)} of weights sent, host memory grew by ${megabytes(inUse - before)} ` +
      `(${megabytes(peak - before)} with garbage)`,
  );
  expect(inUse - before, what).toBeLessThan(MOST);
  return { info, served, doing };
}

async function expectParis(): Promise<void> {
  const tokens = await engine.tokenize(PROMPT, false);
  const [best] = await engine.predict(
    tokens.map((token) => token.id),
    1,
  );
  expect(best!.text).toBe(' Paris');
}

async function stored() {
  const { files } = await engine.storage();
  return files.find(({ file }) => file === WEIGHTS);
}

describe('SmolLM2-135M-Instruct from a hub', () => {
  it('tells what it will fetch before it does', async () => {
    const { downloadBytes, cachedBytes, revision, formats } = await engine.preview(source());
    expect({ downloadBytes, cachedBytes, revision }).toEqual({
      downloadBytes: size,
      cachedBytes: 0,
      revision: COMMIT,
    });
    expect(size).toBeGreaterThan(300e6);
    expect(formats.f16.problem).toBeNull();
    expect(hub.servedWeights).toBeLessThan(SMALL);
  });

  it('goes on where a process was killed, broke off and was stopped, without fetching those bytes again', async () => {
    const before = hub.servedWeights;
    await killAt(0.4);
    const { present: kept } = (await stored())!;
    expect(kept).toBeGreaterThan(0.4 * size);
    expect(kept).toBeLessThan(0.6 * size);

    hub.breakAfter = Math.round(0.1 * size);
    const stopped = engine.open(
      source(),
      ({ loadedBytes }) => {
        if (loadedBytes > 0.8 * size) void engine.cancelOpen();
      },
      { weights: 'f16' },
    );
    await expect(stopped).rejects.toThrow(OPEN_CANCELLED);
    expect(hub.breakAfter).toBeNull();
    const { present } = (await stored())!;
    expect(present).toBeGreaterThan(0.8 * size);
    expect(present).toBeLessThan(0.9 * size);

    const { info, served } = await openMeasured('hub, last part');
    expect(served).toBeLessThan(size - present + SMALL);
    const sent = hub.servedWeights - before;
    report(
      `hub, all parts: ${sent} bytes of weights sent, for a file of ${size}; killed at ${kept}, stopped at ${present}`,
    );
    expect(sent).toBeLessThan(size + SMALL + 2 * IN_FLIGHT);
    expect(info).toMatchObject({ revision: COMMIT, bytes: size, weights: 'f16' });
    await expectParis();
  });

  it('opens from its copy when nobody answers', async () => {
    await hub.stop();
    try {
      const { served } = await openMeasured('copy, without the hub');
      expect(served).toBe(0);
      await expectParis();
    } finally {
      await hub.start();
    }
  });

  it('finds a flipped byte in the copy and fetches the file again', async () => {
    await flipByte(await copyPath(), Math.round(size / 2));
    const { served, doing } = await openMeasured('damaged copy');
    expect([...doing]).toContain('the copy was damaged: fetching again');
    expect(served).toBeGreaterThan(size - 1);
    expect(served).toBeLessThan(size + SMALL);
    await expectParis();
    const again = await openMeasured('copy');
    expect(again.served).toBeLessThan(SMALL);
  });
});

/**
 * Runs the command line in its own process and kills it without warning once this share of the
 * weights is stored.
 */
async function killAt(share: number): Promise<void> {
  const args = ['scripts/loci.mjs', 'trace', '--model', `hub:${ID}`, '--hub', hub.base, '--weights', 'f16'];
  const child = spawn(process.execPath, [...args, '--prompt', PROMPT, '--subject', 'France'], {
    // Its own group, because the command is a grandchild.
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, LOCI_CACHE: store },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (((await stored())?.present ?? 0) <= share * size) {
    if (child.exitCode !== null) throw new Error(`loci: ended by itself, got exit code ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
}

/** The store's one large file. */
async function copyPath(): Promise<string> {
  for (const name of await readdir(store)) {
    if ((await stat(join(store, name))).size === size) return join(store, name);
  }
  throw new Error(`no copy of ${size} bytes in ${store}`);
}

async function flipByte(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = new Uint8Array(1);
    await file.read(byte, 0, 1, at);
    byte[0]! ^= 1;
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}
