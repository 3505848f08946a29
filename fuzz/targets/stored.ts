/** Files on this device and answers of servers: records of copies, addresses, headers. */
import { FileCache } from '../../src/load/cache';
import { hubFolder } from '../../src/load/folder';
import { fetchPart, fetchWhole, probe } from '../../src/load/http';
import { memoryStore } from '../../src/load/testing/memoryStore';
import { sha256OfText } from '../../src/util/sha256';
import { mutateJson } from '../mutate/json';
import { NAMES } from '../mutate/names';
import { hubServer } from '../../src/load/fetching';
import { mutateText } from '../mutate/text';
import { NOTHING_LOST, target } from '../target';

const URL_OF_FILE = 'https://huggingface.co/gpt2/resolve/main/config.json';
const FILE = { url: URL_OF_FILE, name: 'config.json', server: hubServer('https://huggingface.co') };
const RECORD = {
  url: URL_OF_FILE,
  model: 'gpt2',
  file: 'config.json',
  revision: 'main',
  etag: '"abc"',
  size: 4,
  sha256: null,
};

/** An unreadable record counts as absent: nothing may throw. */
export const cacheRecord = target<string>({
  name: 'cache-record',
  seeds: () => [JSON.stringify(RECORD)],
  mutate: (text, random) =>
    random.chance(0.3) ? mutateText(text, random) : JSON.stringify(mutateJson(JSON.parse(text), random)),
  async run(text) {
    const store = memoryStore();
    const key = sha256OfText(URL_OF_FILE).slice(0, 40);
    store.files.set(`${key}.json`, new TextEncoder().encode(text));
    store.files.set(`${key}.bytes`, new Uint8Array(4));
    for (const name of NAMES) store.files.set(`${name}.json`, new TextEncoder().encode(text));
    const cache = new FileCache(store);
    await cache.list();
    await cache.find(URL_OF_FILE);
    await cache.delete(key);
    return NOTHING_LOST;
  },
});

export const hubAddress = target<object>({
  name: 'hub-address',
  seeds: () => [
    { id: 'openai-community/gpt2', base: 'https://huggingface.co', revision: 'main' },
    { id: 'gpt2', base: 'http://localhost:8080/mirror/', revision: 'refs/pr/1' },
  ],
  mutate: (json, random) => {
    const fields = Object.entries(json as Record<string, string>);
    const words = ['/', '..', 'https://', '@', ':', '%2f', '?', '#', 'user:pass@'];
    return Object.fromEntries(
      fields.map(([name, text]) => [name, random.chance(0.5) ? mutateText(text, random, words) : text]),
    );
  },
  async run(json) {
    const { id, ...options } = json as { id: string; base: string; revision: string };
    const seen: string[] = [];
    await answering(
      (url) => {
        seen.push(url);
        return new Response('{}', { headers: { 'content-length': '2' } });
      },
      () => hubFolder(id, options).readFile('config.json'),
    );
    const host = new URL(options.base).host;
    const strayed = seen.filter((url) => new URL(url).host !== host);
    if (strayed.length > 0) throw new TypeError(`a request went to ${strayed[0]}`);
    return NOTHING_LOST;
  },
});

/** Runs `work` with every request answered by `answer`. */
async function answering(answer: (url: string) => Response, work: () => Promise<unknown>): Promise<void> {
  const real = globalThis.fetch;
  // A constructed answer has no address of its own.
  globalThis.fetch = async (input) =>
    Object.defineProperty(answer(String(input)), 'url', { value: String(input) });
  try {
    await work();
  } finally {
    globalThis.fetch = real;
  }
}

interface ServerSays {
  readonly asked: 'size' | 'whole' | 'part';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const PART = { 'content-length': '4', etag: '"abc"' };
const ANSWERS: readonly ServerSays[] = [
  { asked: 'size', status: 206, headers: { ...PART, 'content-range': 'bytes 0-0/4' }, body: 'a' },
  { asked: 'part', status: 206, headers: { ...PART, 'content-range': 'bytes 0-3/4' }, body: 'abcd' },
  { asked: 'part', status: 200, headers: PART, body: 'abcd' },
  {
    asked: 'whole',
    status: 200,
    headers: { 'content-length': '4', 'x-repo-commit': '0'.repeat(40), 'x-linked-etag': '"d"' },
    body: 'abcd',
  },
];

const ASK = {
  size: () => probe(FILE),
  whole: () => fetchWhole(FILE),
  part: () => fetchPart(FILE, { begin: 0, end: 4, size: 4, etag: '"abc"' }),
};

/** Headers and body of an answer from a server that may be broken. */
export const serverHeaders = target<object>({
  name: 'server-headers',
  seeds: () => ANSWERS,
  mutate: (json, random) => {
    const { asked, status, headers, body } = json as ServerSays;
    const words = ['/', '-', 'bytes ', '*', '99999999999999999999', '-1', '1e9', ','];
    const changed = Object.entries(headers).map(([name, text]) => [
      name,
      random.chance(0.4)
        ? mutateText(text, random, words)
            .replace(/[^\x21-\x7e ]/g, '')
            .trim()
        : text,
    ]);
    return {
      asked,
      status: random.chance(0.1) ? random.pick([200, 206, 301, 401, 404, 416]) : status,
      headers: Object.fromEntries(changed.filter(() => random.chance(0.95))),
      body: random.chance(0.2) ? mutateText(body, random) : body,
    };
  },
  async run(json) {
    const { asked, status, headers, body } = json as ServerSays;
    const noPause = globalThis.setTimeout;
    // Skips pauses between attempts; deadlines for silence stay.
    globalThis.setTimeout = ((run: () => void, ms = 0) =>
      noPause(run, ms < 10_000 ? 0 : ms)) as typeof setTimeout;
    try {
      await answering(() => new Response(status === 204 ? null : body, { status, headers }), ASK[asked]);
    } finally {
      globalThis.setTimeout = noPause;
    }
    return NOTHING_LOST;
  },
});
