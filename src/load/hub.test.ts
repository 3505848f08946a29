import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, HubServer } from '../../e2e/hubServer';
import { DamagedFileError } from './bytes';
import { FileCache } from './cache';
import { openCheckpoint } from './open';
import { memoryStore } from './testing/memoryStore';
import { inThisThread } from './tokenizer/inThisThread';

const ATLAS = 'public/models/atlas';
const WEIGHTS = await readFile(`${ATLAS}/model.safetensors`);
const HASH = createHash('sha256').update(WEIGHTS).digest('hex');
const nowhere = { write: async () => undefined };

let hub: HubServer;
let store: ReturnType<typeof memoryStore>;
beforeEach(async () => {
  hub = new HubServer({ 'someone/atlas': ATLAS });
  await hub.start();
  store = memoryStore();
});
afterEach(() => hub.stop());

const open = (more: { token?: string; revision?: string } = {}, signal?: AbortSignal) =>
  openCheckpoint(
    { kind: 'hub', id: 'someone/atlas', base: hub.base, ...more },
    { startThread: inThisThread, cache: new FileCache(store), ...(signal ? { signal } : {}) },
  );
/** Opens the model, reads every weight and returns the hash. */
const readAll = async () => (await (await open()).weights.stream(nowhere)).sha256;
const servedWeights = () =>
  hub.requests.filter(({ path, status }) => path.endsWith('.safetensors') && status < 300);
const weightsFile = () => [...store.files.entries()].find(([, bytes]) => bytes.length === WEIGHTS.length)![0];

describe('a model of the hub', () => {
  it('is pinned to the commit that the first answer names', async () => {
    const checkpoint = await open();
    expect(checkpoint.revision).toBe(COMMIT);
    const later = hub.requests.filter(({ path }) => !path.endsWith('config.json'));
    expect(later.every(({ path }) => path.includes(`/resolve/${COMMIT}/`))).toBe(true);
    expect(checkpoint.weights).toMatchObject({ bytes: WEIGHTS.length, present: 0 });
    // Opening reads headers, not weights.
    expect(hub.served).toBeLessThan(WEIGHTS.length / 2);
  });

  it('is fetched once, then comes from this device, also when nobody answers', async () => {
    expect(await readAll()).toBe(HASH);
    const { served } = hub;
    expect(await readAll()).toBe(HASH);
    expect(hub.served - served).toBeLessThan(500_000);
    await hub.stop();
    const offline = await open();
    expect(offline.revision).toBe(COMMIT);
    expect(offline.weights.present).toBe(WEIGHTS.length);
    expect((await offline.weights.stream(nowhere)).sha256).toBe(HASH);
  });

  it('of a commit that is all there asks for no small file again', async () => {
    const pinned = async () => (await open({ revision: COMMIT })).weights.stream(nowhere);
    await pinned();
    const before = hub.requests.length;
    expect((await pinned()).sha256).toBe(HASH);
    const asked = hub.requests.slice(before).map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
    expect(asked).not.toContain('config.json');
    expect(asked).not.toContain('tokenizer.json');
  });

  it('goes on where a connection broke', async () => {
    hub.breakAfter = Math.round(0.4 * WEIGHTS.length);
    const before = hub.served;
    expect(await readAll()).toBe(HASH);
    expect(hub.breakAfter).toBeNull();
    expect(hub.served - before).toBeLessThan(WEIGHTS.length + 500_000);
  });

  it('goes on where it was cancelled, without fetching those bytes again', async () => {
    const stop = new AbortController();
    const checkpoint = await open({}, stop.signal);
    const half = checkpoint.weights.stream(nowhere, {
      signal: stop.signal,
      onBytes: (bytes) => bytes > 0.4 * WEIGHTS.length && stop.abort(),
    });
    await expect(half).rejects.toMatchObject({ name: 'AbortError' });
    const { present } = (await open()).weights;
    expect(present).toBeGreaterThan(0.4 * WEIGHTS.length);
    expect(present).toBeLessThan(WEIGHTS.length);
    const { served } = hub;
    expect(await readAll()).toBe(HASH);
    expect(hub.served - served).toBeLessThan(WEIGHTS.length - present + 500_000);
  });

  it('is read from a server without ranges', async () => {
    hub.hasRanges = false;
    expect(await readAll()).toBe(HASH);
    expect(servedWeights().every(({ status }) => status === 200)).toBe(true);
  });

  it('asks for a token where one is needed, and keeps it out of everything', async () => {
    hub.token = 'hf_secret';
    await expect(open()).rejects.toThrow(/^config\.json: the server refuses, got HTTP 401/);
    const { weights } = await open({ token: 'hf_secret' });
    await weights.stream(nowhere);
    for (const bytes of store.files.values()) expect(Buffer.from(bytes).includes('hf_secret')).toBe(false);
  });

  it('finds a flipped byte in the copy, deletes it, and fetches it again', async () => {
    await readAll();
    const bytes = store.files.get(weightsFile())!;
    bytes[Math.round(bytes.length / 2)]! ^= 1;
    const damaged = readAll();
    await expect(damaged).rejects.toBeInstanceOf(DamagedFileError);
    await expect(damaged).rejects.toThrow(
      /^model\.safetensors: the copy on this device is damaged, got SHA-256/,
    );
    expect((await open()).weights.present).toBe(0);
    expect(await readAll()).toBe(HASH);
  });

  it('refuses a download that is not what the server announced', async () => {
    const stop = new AbortController();
    const checkpoint = await open({}, stop.signal);
    const half = checkpoint.weights.stream(nowhere, {
      signal: stop.signal,
      onBytes: (bytes) => bytes > WEIGHTS.length / 2 && stop.abort(),
    });
    await half.catch(() => undefined);
    // Corrupts the half already stored; only the hash of the whole can tell.
    const [copy] = [...store.files.values()].sort((a, b) => b.length - a.length);
    expect(copy!.length).toBeGreaterThan(1_000_000);
    copy![1_000_000]! ^= 1;
    await expect(readAll()).rejects.toThrow(
      /^model\.safetensors: the download is not the file that 127\.0\.0\.1:\d+ announced/,
    );
    expect(await readAll()).toBe(HASH);
  });

  it('is not kept where there is no room', async () => {
    store = memoryStore(18_000_000);
    expect(await readAll()).toBe(HASH);
    expect((await open()).weights.present).toBe(0);
  });

  it('is listed and deleted', async () => {
    await readAll();
    const cache = new FileCache(store);
    const copies = await cache.list();
    const large = copies.find(({ file }) => file === 'model.safetensors')!;
    expect(large).toMatchObject({
      model: 'someone/atlas',
      revision: COMMIT,
      size: WEIGHTS.length,
      sha256: HASH,
    });
    for (const { key } of copies) await cache.delete(key);
    expect(store.files.size).toBe(0);
  });

  it('is not taken from a record that was cut off', async () => {
    await readAll();
    const name = weightsFile().replace('.bytes', '.json');
    store.files.set(name, store.files.get(name)!.slice(0, 20));
    expect((await open()).weights.present).toBe(0);
    expect(await readAll()).toBe(HASH);
  });
});
