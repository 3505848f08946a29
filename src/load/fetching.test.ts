/** Which servers are asked, with which token, and how long they may be silent. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, hubServer, ownServer, type Server, UnreachableError } from './fetching';
import { fetchWhole } from './http';
import { type Answer, BadServer } from './testing/badServer';
import { fastClock, wait } from './testing/fastClock';

const BYTES = Buffer.alloc(100, 'x');
const SECRET = 'hf_secret';

let answer: Answer;
let one: BadServer;
let two: BadServer;
beforeEach(async () => {
  answer = { bytes: BYTES };
  one = await new BadServer(() => answer).start();
  two = await new BadServer(() => ({ bytes: BYTES })).start();
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all([one.stop(), two.stop()]);
});

const get = (server: Server, url = `${server.base}/x.json`, signal?: AbortSignal) =>
  ask(server, { url, name: 'x.json', signal });
const tokens = ({ requests }: BadServer) => requests.map(({ headers }) => headers.authorization ?? null);
/** As if the answer came from `url`. */
const answerFrom = (url: string) =>
  vi.stubGlobal('fetch', async () => Object.defineProperty(new Response('x'), 'url', { value: url }));

describe('who is asked', () => {
  it('is the server that was named, and no other', async () => {
    expect((await get(ownServer(one.base))).status).toBe(200);
    for (const server of [ownServer(one.base), hubServer(one.base, SECRET)]) {
      for (const url of [`${two.base}/x.json`, one.base.replace('127.0.0.1', 'localhost'), 'data:,x']) {
        await expect(get(server, url)).rejects.toThrow(/^x\.json: not of the chosen server, got /);
      }
    }
    expect(two.requests).toEqual([]);
  });

  it('may send a reader of the hub on to another server, which does not see the token', async () => {
    answer = { bytes: BYTES, redirect: `${two.base}/content` };
    const { status, showsHeaders } = await get(hubServer(one.base, SECRET));
    expect([status, showsHeaders]).toEqual([200, false]);
    expect(tokens(one)).toEqual([`Bearer ${SECRET}`]);
    expect(tokens(two)).toEqual([null]);
    await expect(get(ownServer(one.base))).rejects.toThrow(
      `x.json: redirected by ${new URL(one.base).host}, got ${two.base}, expected its own answer.`,
    );
  });

  it.each<[string, string, string | null]>([
    ['https://hub.example', 'https://cdn.example/x?signature=s', null],
    ['https://hub.example', 'http://hub.example/x', 'expected https all the way.'],
    ['https://hub.example', 'http://cdn.example/x', 'expected https all the way.'],
    ['http://hub.local', 'http://cdn.local/x', null],
    ['https://hub.example', 'https://localhost/x', 'expected no address of this computer.'],
    ['http://hub.local', 'http://127.1.2.3:8080/x', 'expected no address of this computer.'],
    ['http://hub.local', 'http://[::1]/x', 'expected no address of this computer.'],
    ['http://localhost:1', 'http://127.0.0.1:2/x', null],
  ])('from %s to %s', async (base, end, problem) => {
    answerFrom(end);
    const asked = get(hubServer(base));
    if (problem === null) expect((await asked).status).toBe(200);
    else await expect(asked).rejects.toThrow(problem);
  });

  it('is decided in one file: no other reaches the network by another name of fetch', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
    const product = files.filter((file) => /\.tsx?$/.test(file) && !/test/.test(file));
    expect(product.length).toBeGreaterThan(300);
    const reaching = product.filter((file) =>
      /\.fetch\b|\bfetch\(|sendBeacon|XMLHttpRequest|WebSocket|WebTransport|EventSource|RTCPeerConnection/.test(
        readFileSync(`src/${file}`, 'utf8'),
      ),
    );
    expect(reaching).toEqual(['load/fetching.ts']);
  });
});

describe('a token', () => {
  it.each([
    'https://hub.example/path/',
    'http://localhost:8000',
    'http://127.0.0.1',
    'http://127.255.0.1:1',
    'http://[::1]:80',
  ])('may go to %s', (address) => {
    expect(hubServer(address, SECRET).token).toBe(SECRET);
  });

  it.each([
    'http://hub.example',
    'http://192.168.0.1',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://1270.0.0.1.example',
    'http://[::2]',
  ])('never goes to %s, which may be asked without', (address) => {
    expect(() => hubServer(address, SECRET)).toThrow(/^hub: an access token is never sent over plain http/);
    expect(hubServer(address).token).toBeNull();
  });

  it('that is none is refused without being shown', () => {
    for (const token of ['hf_secret\n', 'hf_secret x', 'hf_secrét', '']) {
      const server = () => hubServer('https://hub.example', token);
      expect(server).toThrow(/^hub: not an access token/);
      expect(server).not.toThrow(/secr/);
    }
  });

  it('in an address is refused without being shown', () => {
    for (const address of [
      'https://me:hf_secret@hub.example',
      'https://hf_secret@hub.example/path',
      'https//me:hf_secret@hub.example',
      'ftp://me:hf_secret@hub.example',
      'https://me:hf_secret\n@hub.example',
    ]) {
      expect(() => hubServer(address)).toThrow(/^hub: (not an address|an address with a name or password)/);
      expect(() => hubServer(address)).not.toThrow(/secret/);
    }
    for (const address of [
      '',
      'hub.example',
      'https://hub.example/#x',
      'https://hub.example?x=1',
      'file:///x',
    ])
      expect(() => hubServer(address)).toThrow(`hub: not an address, got '${address}', expected one like`);
  });

  it('is in no sentence, whatever fails', async () => {
    const server = hubServer(one.base, SECRET);
    const failures: Answer[] = [
      { bytes: BYTES, status: 401 },
      { bytes: BYTES, status: 500 },
      { bytes: BYTES, status: 206 },
      { bytes: BYTES, breakAfter: 50 },
      { bytes: BYTES, redirect: 'http://127.0.0.1:1/' },
      { bytes: BYTES, redirect: 'ftp://x/' },
    ];
    for (const failure of failures) {
      answer = failure;
      const error: unknown = await fetchWhole({ url: `${one.base}/x.json`, name: 'x.json', server }).catch(
        (e) => e,
      );
      expect(error).toBeInstanceOf(Error);
      expect(`${(error as Error).message} ${(error as Error).stack}`).not.toContain(SECRET);
    }
    expect(new Set(tokens(one))).toEqual(new Set([`Bearer ${SECRET}`]));
  });
});

describe('a server that is', () => {
  const read = async (signal?: AbortSignal) => {
    let bytes = 0;
    for await (const piece of (await get(ownServer(one.base), undefined, signal)).pieces())
      bytes += piece.length;
    return bytes;
  };
  it('silent is given up after 30 s', async () => {
    fastClock();
    answer = { bytes: BYTES, stallAfter: 0 };
    const reading = read();
    await expect(reading).rejects.toBeInstanceOf(UnreachableError);
    await expect(reading).rejects.toThrow(
      `x.json: cannot be fetched from ${one.base}/x.json (no answer for 30 s). Try again later, or open a local folder instead.`,
    );
  });

  it('stalled is given up after 30 s without a byte', async () => {
    // Long enough for the first bytes on a busy machine.
    fastClock(20);
    answer = { bytes: BYTES, stallAfter: 50 };
    const reading = read();
    await expect(reading).rejects.toBeInstanceOf(UnreachableError);
    await expect(reading).rejects.toThrow('(no byte for 30 s)');
  });

  it('slow but moving is waited for, and so is a reader that takes its time', async () => {
    fastClock(50);
    const slow = new ReadableStream<Uint8Array>({
      async pull(stream) {
        await wait(200);
        stream.enqueue(BYTES);
        if (++sent === 4) stream.close();
      },
    });
    let sent = 0;
    vi.stubGlobal('fetch', async () =>
      Object.defineProperty(new Response(slow), 'url', { value: `${one.base}/x.json` }),
    );
    let read = 0;
    for await (const piece of (await get(ownServer(one.base))).pieces()) {
      read += piece.length;
      if (read === BYTES.length) await wait(700);
    }
    expect(read).toBe(4 * BYTES.length);
  });

  it.each([
    ['silent', 0],
    ['stalled', 50],
  ])('%s can be left before that', async (_, stallAfter) => {
    answer = { bytes: BYTES, stallAfter };
    const stop = new AbortController();
    const reading = read(stop.signal);
    void wait(50).then(() => stop.abort());
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
