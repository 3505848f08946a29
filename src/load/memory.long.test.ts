/**
 * A 300 MB checkpoint costs the host a few MB, whether downloaded, resumed or read from its copy.
 * The file is generated on request; nothing is committed.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FileCache } from './cache';
import { diskStore } from './diskStore';
import { type Checkpoint, openCheckpoint } from './open';
import { tinyModel } from './testing/tinyModel';
import { inThisThread } from './tokenizer/inThisThread';

const model = tinyModel({ nLayers: 6, nHeads: 16, dModel: 1024 });
const MOST = 64e6;
/** Small reads besides the weights: tokenizer, header, probes. */
const SMALL = 200_000;

function* contents(begin: number, end: number): Generator<Uint8Array> {
  for (let at = begin; at < end; at += 2 ** 16) {
    const piece = new Uint8Array(Math.min(2 ** 16, end - at));
    piece.set(model.header.subarray(at, at + piece.length));
    yield piece;
  }
}

async function send(response: ServerResponse, begin: number, end: number): Promise<void> {
  const count = served;
  for (const piece of contents(begin, end)) {
    if (response.destroyed) return;
    count.bytes += piece.length;
    if (!response.write(piece)) {
      await new Promise<void>((resolve) => {
        const done = () => {
          response.off('drain', done).off('close', done);
          resolve();
        };
        response.on('drain', done).on('close', done);
      });
    }
  }
  response.end();
}

/** Counts answers that start from now on. */
let served = { bytes: 0 };
let server: Server;
let base: string;
let folder: string;
let hash: string;
beforeAll(async () => {
  const whole = createHash('sha256');
  for (const piece of contents(0, model.size)) whole.update(piece);
  hash = whole.digest('hex');
  folder = await mkdtemp(join(tmpdir(), 'loci-memory-'));
  server = createServer((request, response) => {
    const small = { 'config.json': model.config, 'tokenizer.json': model.tokenizer };
    const name = request.url!.split('/').at(-1)!;
    if (name !== 'model.safetensors' || request.url!.includes('/raw/')) {
      const bytes = Object.entries(small).find(([file]) => file === name)?.[1];
      response.writeHead(bytes ? 200 : 404).end(bytes);
      return;
    }
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range!)!;
    const [begin, end] = [Number(first), Number(last) + 1];
    const range = `bytes ${begin}-${end - 1}/${model.size}`;
    response.writeHead(206, { etag: '"v1"', 'content-length': end - begin, 'content-range': range });
    void send(response, begin, end);
  });
  await listen();
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function listen(): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const open = () =>
  openCheckpoint(
    { kind: 'hub', id: 'someone/large', base },
    { startThread: inThisThread, cache: new FileCache(diskStore(folder)) },
  );

const hostBytes = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** Reads every weight and prints the peak growth of memory, including the server's share. */
async function readAll({ weights }: Checkpoint, label: string): Promise<string> {
  const before = hostBytes();
  let peak = before;
  const look = () => {
    peak = Math.max(peak, hostBytes());
  };
  const { sha256 } = await weights.stream({ write: async () => look() }, { onBytes: look });
  const growth = peak - before;
  console.warn(
    `${label}: ${(model.size / 1e6).toFixed(0)} MB read, host memory grew by ${(growth / 2 ** 20).toFixed(1)} MiB`,
  );
  expect(growth).toBeLessThan(MOST);
  return sha256;
}

it('is fetched in bounded memory, goes on after it was killed, and opens offline', async () => {
  expect(model.size).toBeGreaterThan(300e6);

  // Simulates a killed process: the download stops at 40 %, and nothing is closed.
  const dying = await open();
  let bury = (): void => undefined;
  let death: Promise<unknown> = Promise.resolve();
  await new Promise<void>((reached) => {
    let read = 0;
    const onBytes = (bytes: number) => {
      read = bytes;
    };
    const write = async () => {
      if (read < 0.4 * model.size) return;
      reached();
      await new Promise((_, reject) => {
        bury = () => reject(new Error('killed'));
      });
    };
    death = dying.weights.stream({ write }, { onBytes }).catch(() => undefined);
  });
  const again = await open();
  const { present } = again.weights;
  expect(present).toBeGreaterThanOrEqual(0.4 * model.size);
  expect(present).toBeLessThan(0.6 * model.size);

  served = { bytes: 0 };
  expect(await readAll(again, 'resumed download')).toBe(hash);
  expect(served.bytes).toBeLessThan(model.size - present + SMALL);

  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await readAll(await open(), 'copy, offline')).toBe(hash);
  bury();
  await death;
});

it('is fetched in bounded memory where nothing is kept', async () => {
  await listen();
  const checkpoint = await openCheckpoint(
    { kind: 'hub', id: 'someone/large', base },
    { startThread: inThisThread },
  );
  expect(await readAll(checkpoint, 'download without a copy')).toBe(hash);
});
