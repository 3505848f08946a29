/** Misbehaving servers and stores: the model opens anyway, or one sentence says why not. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DamagedFileError } from './bytes';
import { FileCache } from './cache';
import { openCheckpoint } from './open';
import type { FileStore } from './store';
import { type Answer, BadServer } from './testing/badServer';
import { memoryStore } from './testing/memoryStore';
import { tinyModel } from './testing/tinyModel';
import { inThisThread } from './tokenizer/inThisThread';

const model = tinyModel({ nLayers: 1, nHeads: 2, dModel: 64 });
const WEIGHTS = Buffer.concat([model.header, Buffer.alloc(model.size - model.header.length, 0x3c)]);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const HASH = hashOf(WEIGHTS);
const OPAQUE = 'ab'.repeat(32);
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const nowhere = { write: async () => undefined };

/** How requests for the weights are answered, and the repository's pointer for them. */
let weights: Partial<Answer>;
let pointer: string | null;
let server: BadServer;
let store: ReturnType<typeof memoryStore>;
beforeEach(async () => {
  weights = { headers: { etag: '"v1"' } };
  pointer = null;
  store = memoryStore();
  server = await new BadServer((path) => {
    const [, kind, name] = /^\/someone\/tiny\/(resolve|raw)\/[^/]+\/(.+)$/.exec(path) ?? [];
    if (kind === 'raw') {
      return pointer !== null && name === 'model.safetensors' ? { bytes: Buffer.from(pointer) } : null;
    }
    if (name === 'config.json') return { bytes: model.config, headers: { etag: '"c"' } };
    if (name === 'tokenizer.json') return { bytes: model.tokenizer, headers: { etag: '"t"' } };
    return name === 'model.safetensors' ? { bytes: WEIGHTS, ...weights } : null;
  }).start();
});
afterEach(() => server.stop());

const open = (from: FileStore = store, signal?: AbortSignal, token?: string) =>
  openCheckpoint(
    { kind: 'hub', id: 'someone/tiny', base: server.base, ...(token === undefined ? {} : { token }) },
    { startThread: inThisThread, cache: new FileCache(from), ...(signal ? { signal } : {}) },
  );
const readAll = async (from: FileStore = store) => (await (await open(from)).weights.stream(nowhere)).sha256;
const pointerTo = (hash: string) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize ${WEIGHTS.length}\n`;
const copyOf = (length: number) => [...store.files].find(([, bytes]) => bytes.length === length)!;
/** Stops after `bytes`. */
const readUntil = async (bytes: number) => {
  const stop = new AbortController();
  const { weights } = await open(store, stop.signal);
  const reading = weights.stream(nowhere, {
    signal: stop.signal,
    onBytes: (read) => read >= bytes && stop.abort(),
  });
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
};

describe('a damaged copy', () => {
  it('is found and fetched again, whichever bit of it is wrong, in the header or in the weights', async () => {
    expect(await readAll()).toBe(HASH);
    const place = fc.oneof(fc.nat(8 * model.header.length - 1), fc.nat(8 * WEIGHTS.length - 1));
    let damaged = 0;
    await fc.assert(
      fc.asyncProperty(place, async (bit) => {
        copyOf(WEIGHTS.length)[1][bit >> 3]! ^= 1 << (bit & 7);
        await expect(readAll()).rejects.toBeInstanceOf(DamagedFileError);
        damaged++;
        expect(await readAll()).toBe(HASH);
      }),
      { numRuns: 60 },
    );
    expect(damaged).toBe(60);
  });

  it('is blamed for a weight that the device refuses', async () => {
    await readAll();
    copyOf(WEIGHTS.length)[1][WEIGHTS.length - 1]! ^= 0x40;
    const refuse = { write: async () => Promise.reject(new Error('weights: too large for a half')) };
    const reading = (await open()).weights.stream(refuse);
    await expect(reading).rejects.toThrow(/^model\.safetensors: the copy on this device is damaged/);
    // The copy is intact, so the sink's own error remains.
    expect(await readAll()).toBe(HASH);
    await expect((await open()).weights.stream(refuse)).rejects.toThrow('weights: too large for a half');
    expect((await open()).weights.present).toBe(WEIGHTS.length);
  });
});

describe('what a download is held against', () => {
  it("is the repository's pointer: an ETag that only looks like a hash means nothing", async () => {
    weights = { headers: { etag: `"${OPAQUE}"` } };
    pointer = pointerTo(HASH);
    expect(await readAll()).toBe(HASH);
    expect((await open()).weights.present).toBe(WEIGHTS.length);
  });

  it('refuses another file than the pointer says, and keeps nothing of it', async () => {
    pointer = pointerTo(OPAQUE);
    await expect(readAll()).rejects.toThrow(
      /^model\.safetensors: the download is not the file that .* expected abababababab/,
    );
    expect((await open()).weights.present).toBe(0);
  });

  it.each([
    ['none', null],
    ['a page', '<!doctype html>'],
    ['the file itself', 'x'.repeat(10_000)],
  ])('is nothing where the pointer is %s', async (_, text) => {
    pointer = text;
    expect(await readAll()).toBe(HASH);
  });
});

describe('a file that changes on the server', () => {
  it('in the middle of a download is refused', async () => {
    const { weights: opened } = await open();
    weights = { headers: { etag: '"v2"' } };
    await expect(opened.stream(nowhere)).rejects.toThrow(
      /^model\.safetensors: the file at .* changed while it was fetched, got ETag "v2", expected "v1"\. Open it again\.$/,
    );
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['an ETag', { etag: '"v1"' }, { etag: '"v2"' }],
    [
      'a date',
      { 'last-modified': 'Tue, 01 Jul 2025 00:00:00 GMT' },
      { 'last-modified': 'Wed, 02 Jul 2025 00:00:00 GMT' },
    ],
    ['nothing', {}, {}],
  ])('between two openings is fetched from the start, told by %s', async (_, before, after) => {
    weights = { headers: before };
    await readUntil(1);
    weights = { headers: after };
    expect((await open()).weights.present).toBe(0);
    expect(await readAll()).toBe(HASH);
  });

  it('goes on where it stopped if it is the same by its date', async () => {
    const date = { 'last-modified': 'Tue, 01 Jul 2025 00:00:00 GMT' };
    weights = { headers: date, breakAfter: Math.round(0.4 * WEIGHTS.length) };
    await readUntil(Math.round(0.3 * WEIGHTS.length));
    weights = { headers: date };
    const { present } = (await open()).weights;
    expect(present).toBeGreaterThan(0);
    const { served } = server;
    expect(await readAll()).toBe(HASH);
    const small = model.config.length + model.tokenizer.length + model.header.length;
    expect(server.served - served).toBeLessThanOrEqual(WEIGHTS.length - present + small + 100);
  });
});

describe('a store that fails', () => {
  const failing = (write: FileStore['writer']): FileStore => ({
    ...store,
    writer: (name) => (name.endsWith('.bytes') ? write(name) : store.writer(name)),
  });

  it('at once (open in another tab) costs only the copy', async () => {
    const locked = failing(() => Promise.reject(new DOMException('locked', 'NoModificationAllowedError')));
    expect(await readAll(locked)).toBe(HASH);
    expect((await open()).weights.present).toBe(0);
  });

  it('in the middle (no room after all) keeps the part that is right', async () => {
    let room = 50_000;
    const full = failing(async (name) => {
      const writer = await store.writer(name);
      return {
        ...writer,
        async write(at, bytes) {
          room -= bytes.length;
          if (room < 0) throw new DOMException('full', 'QuotaExceededError');
          await writer.write(at, bytes);
        },
      };
    });
    expect(await readAll(full)).toBe(HASH);
    expect((await open()).weights.present).toBeLessThan(WEIGHTS.length);
    expect(await readAll()).toBe(HASH);
    expect((await open()).weights.present).toBe(WEIGHTS.length);
  });
});

describe('a server', () => {
  it('that does not let pages read Content-Range tells the size by the length of the whole', async () => {
    // As in pages, some headers of another origin are hidden.
    const content = await new BadServer(() => ({
      bytes: WEIGHTS,
      headers: { etag: '"v1"' },
      saysRange: false,
    })).start();
    try {
      weights = { redirect: `${content.base}/content` };
      const { weights: opened } = await open();
      expect(opened.bytes).toBe(WEIGHTS.length);
      expect((await opened.stream(nowhere)).sha256).toBe(HASH);
    } finally {
      await content.stop();
    }
  });

  it('that sends the wrong part opens nothing', async () => {
    const { weights: opened } = await open();
    weights = { partHeaders: { 'content-range': `bytes 1-${WEIGHTS.length - 1}/${WEIGHTS.length}` } };
    await expect(opened.stream(nowhere)).rejects.toThrow(
      /^model\.safetensors: the server sends the wrong part, got bytes 1-\d+\/\d+ from .*, expected bytes 0-\d+\./,
    );
    weights = {};
    expect((await open()).weights.present).toBe(0);
  });

  it('without ranges that breaks off sends everything again, and what is known is skipped', async () => {
    let answers = 0;
    weights = { headers: { etag: '"v1"' }, hasRanges: false };
    Object.defineProperty(weights, 'breakAfter', {
      enumerable: true,
      // The third answer is the download, after probe and header.
      get: () => (++answers > 2 && answers < 5 ? Math.round(0.4 * WEIGHTS.length) : WEIGHTS.length),
    });
    expect(await readAll()).toBe(HASH);
    expect(answers).toBeGreaterThan(3);
  });

  it('of another origin never sees the token', async () => {
    const content = await new BadServer(() => ({ bytes: WEIGHTS, headers: { etag: '"v1"' } })).start();
    try {
      // 'localhost' is a different origin from '127.0.0.1'.
      weights = { redirect: `${content.base.replace('127.0.0.1', 'localhost')}/content` };
      const checkpoint = await open(store, undefined, 'hf_secret');
      expect((await checkpoint.weights.stream(nowhere)).sha256).toBe(HASH);
      expect(content.requests.length).toBeGreaterThan(1);
      for (const { headers } of content.requests) expect(headers.authorization).toBeUndefined();
      for (const { headers } of server.requests) expect(headers.authorization).toBe('Bearer hf_secret');
    } finally {
      await content.stop();
    }
  });
});

describe('a GGUF file of the hub', () => {
  it('is pinned to a commit too, and opens offline', async () => {
    const bytes = await readFile('reference/goldens/gguf/tiny-llama.gguf');
    const answers: Record<string, Answer> = {
      '.gitattributes': { bytes: Buffer.from('* text\n'), headers: { etag: '"a"', 'x-repo-commit': COMMIT } },
      'tiny-llama.gguf': { bytes, headers: { etag: '"g"' } },
    };
    const hub = await new BadServer((path) => answers[path.split('/').at(-1)!] ?? null).start();
    const openIt = () =>
      openCheckpoint(
        { kind: 'hub', id: 'someone/gguf', base: hub.base, file: 'tiny-llama.gguf' },
        { startThread: inThisThread, cache: new FileCache(store) },
      );
    const checkpoint = await openIt();
    expect(checkpoint.revision).toBe(COMMIT);
    expect((await checkpoint.weights.stream(nowhere)).sha256).toBe(hashOf(bytes));
    await hub.stop();
    const offline = await openIt();
    expect(offline.revision).toBe(COMMIT);
    expect((await offline.weights.stream(nowhere)).sha256).toBe(hashOf(bytes));
  });
});
