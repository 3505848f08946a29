/** Parts of files, from servers that send the wrong ones. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MOST } from '../util/bounds';
import { hubServer } from './fetching';
import { fetchPart, fetchWhole, probe } from './http';
import type { Span } from './range';
import { type Answer, BadServer } from './testing/badServer';
import { fastClock, wait } from './testing/fastClock';

const FILE = Buffer.from(Array.from({ length: 100 }, (_, i) => i));
const SPAN = { begin: 10, end: 20, size: 100, etag: '"v1"' };

let answer: Partial<Answer>;
let server: BadServer;
beforeEach(async () => {
  answer = {};
  server = await new BadServer(() => ({ bytes: FILE, headers: { etag: '"v1"' }, ...answer })).start();
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await server.stop();
});

const options = (signal?: AbortSignal) => ({ server: hubServer(server.base), signal });
const part = (span: Span = SPAN, signal?: AbortSignal) =>
  fetchPart({ url: `${server.base}/w.bin`, name: 'w.bin', ...options(signal) }, span);
const says = (range: string) => ({ partHeaders: { 'content-range': range } });

describe('a part of a file', () => {
  it.each<[string, Partial<Answer>]>([
    ['as asked for', {}],
    ['of a size that is not told', says('bytes 10-19/*')],
    ['with its unit in capitals', says('Bytes 10-19/100')],
    ['with more behind it', { more: FILE }],
    ['within more that is announced', { ...says('bytes 10-99/100'), more: FILE }],
    [
      'within the whole file that is announced as a part',
      { hasRanges: false, status: 206, headers: { etag: '"v1"', 'content-range': 'bytes 0-99/100' } },
    ],
    ['from a server without ranges', { hasRanges: false }],
    ['from a server without ranges that does not tell the length', { hasRanges: false, more: FILE }],
  ])('%s is taken', async (_, is) => {
    answer = is;
    expect(Buffer.from(await part())).toEqual(FILE.subarray(10, 20));
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, Partial<Answer>, string]>([
    ['from another place', says('bytes 0-9/100'), 'got bytes 0-9/100 from'],
    ['that begins one late', says('bytes 11-19/100'), 'got bytes 11-19/100 from'],
    ['that ends early', says('bytes 10-18/100'), 'got bytes 10-18/100 from'],
    ['of another unit', says('items 10-19/100'), 'got items 10-19/100 from'],
    ['without a place', says('bytes */100'), 'got bytes */100 from'],
    ['of nonsense', says('x'.repeat(5000)), `got ${'x'.repeat(197)}... from`],
    ['that does not say which', { saysRange: false }, 'got no Content-Range from'],
    [
      'in several parts',
      { partHeaders: { 'content-type': 'multipart/byteranges; boundary=x' } },
      'got multipart/byteranges from',
    ],
  ])('%s is refused', async (_, is, got) => {
    answer = is;
    await expect(part()).rejects.toThrow(
      `w.bin: the server sends the wrong part, ${got} ${server.base}/w.bin, expected bytes 10-19.`,
    );
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, Partial<Answer>, string]>([
    ['a part of another size', says('bytes 10-19/101'), 'got size 101, expected 100'],
    ['a part of another version', { headers: { etag: '"v2"' } }, 'got ETag "v2", expected "v1"'],
    ['a whole of another size', { hasRanges: false, bytes: Buffer.alloc(99) }, 'got size 99, expected 100'],
  ])('%s is refused', async (_, is, got) => {
    answer = is;
    await expect(part()).rejects.toThrow(
      `w.bin: the file at ${server.base}/w.bin changed while it was fetched, ${got}. Open it again.`,
    );
  });

  it('that is shorter than asked for is refused, unless the file ends there', async () => {
    const beyond = { begin: 90, end: 120, etag: null };
    await expect(part({ ...beyond, size: 120 })).rejects.toThrow('got size 100, expected 120');
    answer = says('bytes 90-99/200');
    await expect(part({ ...beyond, size: null })).rejects.toThrow('the server sends the wrong part');
  });

  it('is checked by its length where the page may not see Content-Range', async () => {
    const other = await new BadServer(() => ({ bytes: FILE, ...answer })).start();
    try {
      const elsewhere = await new BadServer(() => ({ bytes: FILE, redirect: `${other.base}/w.bin` })).start();
      const hidden = () =>
        fetchPart({ url: `${elsewhere.base}/w.bin`, name: 'w.bin', server: hubServer(elsewhere.base) }, SPAN);
      answer = { saysRange: false };
      expect(Buffer.from(await hidden())).toEqual(FILE.subarray(10, 20));
      // The server has only 15 bytes.
      answer = { saysRange: false, bytes: FILE.subarray(0, 15) };
      await expect(hidden()).rejects.toThrow('got 5 bytes from');
      await elsewhere.stop();
    } finally {
      await other.stop();
    }
  });
});

describe('a whole file', () => {
  it.each([204, 206, 299])('is not what comes with HTTP %i', async (status) => {
    answer = { status };
    await expect(fetchWhole({ url: `${server.base}/w.bin`, name: 'w.bin', ...options() })).rejects.toThrow(
      `w.bin: the server failed, got HTTP ${status} from`,
    );
  });

  it('is not read to an end that never comes', async () => {
    const url = `${server.base}/w.bin`;
    const piece = new Uint8Array(2 ** 25);
    let sent = 0;
    const endless = new ReadableStream({
      pull(stream) {
        sent++;
        stream.enqueue(piece);
      },
    });
    vi.stubGlobal('fetch', async () => Object.defineProperty(new Response(endless), 'url', { value: url }));
    await expect(fetchWhole({ url, name: 'w.bin', ...options() })).rejects.toThrow(
      `w.bin: is too large, got more than ${MOST.smallFile} bytes from ${url}, expected a small file.`,
    );
    expect(sent).toBeLessThan(12);
  });

  it.each<[string, Partial<Answer>]>([['another place', says('bytes 1-1/100')]])(
    'has no size by a part of %s',
    async (_, is) => {
      answer = is;
      await expect(probe({ url: `${server.base}/w.bin`, name: 'w.bin', ...options() })).rejects.toThrow(
        'expected bytes 0-0.',
      );
    },
  );
});

describe('a download that stalls', () => {
  it('is taken up again where it stopped', async () => {
    fastClock();
    let requests = 0;
    Object.defineProperty(answer, 'stallAfter', {
      enumerable: true,
      get: () => [4, 0, 3][requests++],
    });
    expect(Buffer.from(await part())).toEqual(FILE.subarray(10, 20));
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      'bytes=10-19',
      'bytes=14-19',
      'bytes=14-19',
      'bytes=17-19',
    ]);
  });

  it('ends in one sentence after five attempts', async () => {
    fastClock(500);
    answer = { stallAfter: 0 };
    await expect(part()).rejects.toThrow(
      `w.bin: the download broke off (no answer for 30 s), got 10 bytes from ${server.base}/w.bin, expected 100. Try again: it resumes from there.`,
    );
    expect(server.requests).toHaveLength(5);
  });

  it('can be left between two attempts', async () => {
    // The first pause is 25 s.
    fastClock(0.01);
    answer = { status: 503 };
    const stop = new AbortController();
    const reading = part(SPAN, stop.signal);
    void wait(100).then(() => stop.abort());
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
